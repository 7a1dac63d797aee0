#!/bin/bash
# What stays in memory while `sleep` runs, in kB, beside other parents in one run.
# usage: resident.sh SECENV...   (a release build has the figures that count)
set -eu
measure() {
    local name=$1
    shift
    "$@" sleep 1000 &
    local pid=$! child=
    # The parent has settled when its child has become sleep, or it has become sleep itself.
    until child=$(cat /proc/$pid/task/$pid/children 2>/dev/null) && [ "$(cat "/proc/$(set -- $child; echo "${1:-$pid}")/comm")" = sleep ]; do :; done
    sleep 0.2
    awk -v name="$name" '/^(Rss|Pss|Private_Clean|Private_Dirty):/ { sum[$1] = $2 }
        END { printf "| %-28s | %6d | %6d | %6d |\n", name, sum["Rss:"], sum["Pss:"], sum["Private_Dirty:"] }' /proc/$pid/smaps_rollup
    kill -KILL $child $pid 2>/dev/null || :
    wait $pid 2>/dev/null || :
}
echo "| parent of \`sleep\` (kB)       |    RSS |    PSS | private dirty |"
echo "|---|---|---|---|"
for secenv in "$@"; do
    measure "secenv" "$secenv" run --no-manifest --env A=1 --supervise --
    measure "secenv, kept from memfds" prlimit --fsize=0:0 "$secenv" run --no-manifest --env A=1 --supervise --
done
for peer in tini dumb-init catatonit; do
    command -v $peer >/dev/null || { echo "LEFT OUT: $peer (not installed)"; continue; }
    case $peer in
        tini) measure "tini -s" tini -s -- ;;
        dumb-init) measure "dumb-init" dumb-init -- ;;
        catatonit) measure "catatonit" catatonit -- ;;
    esac
done

# Tools that fetch secrets and stay as the parent; `cargo bench --bench side_by_side` installs them.
peers=$(cd "$(dirname "$0")/../.." && pwd)/target/peers
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
printf '[project]\nname = "x"\nrevision = "1.0"\n[profiles.default]\nA = { description = "a", required = true }\n' >"$work/secretspec.toml"
for secretspec in "$peers"/secretspec-*/bin/secretspec; do
    [ -x "$secretspec" ] || { echo "LEFT OUT: secretspec (not installed)"; continue; }
    measure "secretspec" env -C "$work" HOME="$work" A=1 "$secretspec" run --provider env -- 2>/dev/null
done
script='import boto3, subprocess, sys; boto3.client("secretsmanager", region_name="us-east-1"); sys.exit(subprocess.call(sys.argv[1:]))'
if [ -x "$peers/python/bin/python" ]; then
    measure "Python script with boto3" "$peers/python/bin/python" -c "$script"
else
    echo "LEFT OUT: boto3 (not installed)"
fi
