#!/bin/bash
# Supervise mode as PID 1 of containers, in an image from scratch: secenv, its libraries if it is dynamic, and a busybox.
# Then what `docker run --env-file` makes of an export.
# usage: docker.sh SECENV   (an engine that runs, busybox-static, script(1), python3)
set -eu
secenv=$(realpath "$1")
docker info >/dev/null 2>&1 || { echo "LEFT OUT: docker (no engine runs)"; exit 0; }
for need in busybox script python3; do
    command -v $need >/dev/null || { echo "LEFT OUT: docker (no $need)"; exit 0; }
done
work=$(mktemp -d)
image="secenv-supervise-test"
containers=()
finish() {
    [ ${#containers[@]} = 0 ] || docker rm -f "${containers[@]}" >/dev/null 2>&1 || :
    docker rmi -f $image >/dev/null 2>&1 || :
    rm -rf "$work"
}
trap finish EXIT
mkdir -p "$work"/root/{bin,etc,tmp}
cp "$secenv" "$work/root/bin/secenv"
cp "$(command -v busybox)" "$work/root/bin/busybox"
for applet in $(busybox --list); do [ -e "$work/root/bin/$applet" ] || ln -s busybox "$work/root/bin/$applet"; done
ldd "$secenv" 2>/dev/null | grep -o '/[^ ]*' | while read -r library; do cp -L --parents "$library" "$work/root"; done
tar -C "$work/root" -c . | docker import - $image >/dev/null

failed=0
is() { if [ "$2" = "$3" ]; then echo "ok: $1: $2"; else echo "FAILED: $1: '$2', not '$3'"; failed=1; fi; }
run="/bin/secenv run --no-manifest --env A=1"
# Starts a container in the background and waits for its "ready".
start() {
    container=$(docker run -d $image $run -- sh -c "$1")
    containers+=("$container")
    until docker logs "$container" 2>&1 | grep -q ready; do :; done
}

for code in 0 1 7 125 255; do
    status=0; docker run --rm $image $run -- sh -c "exit $code" || status=$?
    is "exit code" $status $code
done
status=0; docker run --rm $image $run -- sh -c 'kill -KILL $$' || status=$?
is "death by KILL" $status 137
status=0; docker run --rm $image $run -- no-such 2>/dev/null || status=$?
is "not found" $status 127

start 'trap "echo TERM; exit 3" TERM; echo ready; while :; do sleep 0.1; done'
before=$(date +%s); docker stop -t 20 "$container" >/dev/null; after=$(date +%s)
is "docker stop: at once" $((after - before < 8)) 1
is "docker stop: status" "$(docker inspect -f '{{.State.ExitCode}}' "$container")" 3
is "docker stop: one TERM" "$(docker logs "$container" | grep -c TERM)" 1

start 'echo ready; exec sleep 1000'
docker stop -t 20 "$container" >/dev/null
is "docker stop: a command without handlers" "$(docker inspect -f '{{.State.ExitCode}}' "$container")" 143

start 'trap "echo HUP" HUP; trap "exit 4" TERM; echo ready; while :; do sleep 0.1; done'
docker kill -s HUP "$container" >/dev/null
until docker logs "$container" | grep -q HUP; do :; done
docker kill -s TERM "$container" >/dev/null
is "docker kill -s HUP" "$(docker logs "$container" | grep -c HUP) $(docker wait "$container")" "1 4"

# Ctrl-C and Ctrl-Z on a terminal: one signal, and no freeze.
keys() { until grep -q ready "$work/screen" 2>/dev/null; do sleep 0.05; done; printf '\003'; sleep 0.5; printf '\032'; sleep 0.5; printf 'line\n'; sleep 1; }
keys | script -qefc "docker run -i -t --rm $image $run -- sh -c 'trap \"echo INT\" INT; echo ready; read line; read line; echo got; exit 6'" "$work/screen" >/dev/null && status=0 || status=$?
is "docker run -it: one INT" "$(grep -c '^INT\|[^ ]INT' "$work/screen")" 1
is "docker run -it: status" "$status" 6

round_trip="$(dirname "$0")/round_trip.py"
mkdir "$work/export"
python3 "$round_trip" export "$secenv" docker "$work/export"
docker run --rm --env-file "$work/export/env" $image /bin/busybox env -0 >"$work/export/got"
python3 "$round_trip" compare "$work/export" NEWLINE TRAILING_NEWLINE ONLY_NEWLINES CRLF TRAILING_CR HEREDOC \
    ENDS_WITH_DELIMITER KEYS PEM LONG || failed=1
# What it says of a line end and of the longest line is so.
printf 'A=x\r\nB=%065533d\n' 0 >"$work/export/env"
docker run --rm --env-file "$work/export/env" $image /bin/busybox env -0 >"$work/export/got"
is "--env-file: the longest line, a carriage return taken away" "$(tr '\0' '\n' <"$work/export/got" | awk '/^[AB]=/ { print length }' | sort -n | xargs)" "3 65535"
printf 'B=%065534d\n' 0 >"$work/export/env"
status=0; docker run --rm --env-file "$work/export/env" $image /bin/busybox true 2>/dev/null || status=$?
is "--env-file: a line that is too long" $status 125
exit $failed
