#!/bin/bash
# What stays in memory while `sleep` runs, in kB, beside other parents in one run.
# usage: resident.sh SECENV... [-- PEER...]   (a release build has the figures that count)
#   PEER   a program that starts the command that it is given, and waits for it; `cargo bench --bench side_by_side` has some
set -eu
row() { printf '| %-28s | %6s | %6s | %6s |\n' "$@"; }
# Whether a process, the child of one, is sleep.
is_sleep() { [ "$(cat "/proc/$1/comm" 2>/dev/null)" = sleep ]; }
measure() {
    local name=$1
    shift
    "$@" sleep 1000 &
    local pid=$! child='' end=$((SECONDS + 20))
    # The parent has settled when its child has become sleep, or it has become sleep itself.
    until child=$(cat /proc/$pid/task/*/children 2>/dev/null | cut -d ' ' -f 1) && is_sleep "${child:-$pid}"; do
        [ $SECONDS -lt $end ] || { row "$name" 'it did not start sleep' '' ''; kill -KILL $child $pid 2>/dev/null || :; return; }
    done
    sleep 0.2
    # shellcheck disable=SC2046 # Three numbers.
    row "$name" $(awk '/^(Rss|Pss|Private_Dirty):/ { print $2 }' /proc/$pid/smaps_rollup)
    kill -KILL $child $pid 2>/dev/null || :
    wait $pid 2>/dev/null || :
}
row "parent of \`sleep\` (kB)" RSS PSS 'private dirty'
echo '|---|--:|--:|--:|'
while [ $# -gt 0 ] && [ "$1" != -- ]; do
    measure "secenv" "$1" run --no-manifest --env A=1 --supervise --
    measure "secenv, kept from memfds" prlimit --fsize=0:0 "$1" run --no-manifest --env A=1 --supervise --
    shift
done
for init in 'tini -s --' 'dumb-init --' 'catatonit --'; do
    # shellcheck disable=SC2086 # A command and its arguments.
    if command -v ${init%% *} >/dev/null; then measure "${init% --}" $init; else row "${init% --}" 'LEFT OUT: not installed' '' ''; fi
done
[ $# -eq 0 ] || shift
for peer in "$@"; do
    measure "$(basename "$peer")" "$peer"
done
