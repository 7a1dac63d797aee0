#!/bin/busybox sh
# What the kernel starts: secenv as an ordinary process; then it becomes secenv, as PID 1.
# shellcheck shell=sh
/bin/busybox --install -s /bin
# shellcheck source=tests/engines/aarch64/rows.sh
. /rows.sh
mount -t proc proc /proc
mount -t devtmpfs devices /dev
mkfifo /tmp/said /tmp/never

is "the version" "$(secenv --version | grep -c 'aarch64-unknown-linux-gnu, static')" 1
is "the quickstart" "$(secenv run -m /quickstart/secenv.toml -- sh -c \
    'echo "$DB_USER|$DB_PASSWORD|$DB_PORT|$DB_REPLICA|$API_KEY|$OLD_API_KEY|${SENTRY_DSN-none}|$LOG_LEVEL"')" \
    "app|p@ss word#1|5432|replica.internal|key-of-today|key-of-yesterday|none|info"

# exec
is "exec: the same process" "$(sh -c 'echo $$; exec secenv run --no-manifest --env A=1 --exec -- sh -c "echo \$\$"' | uniq | wc -l)" 1
$run --exec -- sh -c 'exit 42'
is "exec: the exit code" $? 42
$run --exec -- no-such 2>/dev/null
is "exec: not found" $? 127

# supervise: how it ended, as the kernel tells its parent: a shell takes a death by a signal and 128+n for the same.
status_of() { time -o /tmp/ended "$@"; }
how() { sed -n 's/^Command \(exited with non-zero \|terminated by \)//p' /tmp/ended; }
for code in 0 1 2 3 42 255; do
    status_of $run --supervise -- sh -c "exit $code"
    is "supervise: the exit code $code" "$? $(how)" "$code $([ $code = 0 ] || echo "status $code")"
done
for signal in 9 15 11 34; do
    status_of $run --supervise -- sh -c "kill -$signal \$\$"
    is "supervise: death by signal $signal" "$(how)" "signal $signal"
done
status_of $run --supervise -- no-such 2>/dev/null
is "supervise: not found" "$(how)" "status 127"

# What the command gets it notes, and says when it has.
cat >/tmp/notes.sh <<'NOTES'
cat /tmp/never &
for name in HUP USR1 USR2; do trap "echo $name >>/tmp/notes; echo $name >/tmp/said" $name; done
trap 'echo TERM >>/tmp/notes; exit 7' TERM
echo ready >/tmp/said
while :; do wait $!; done
NOTES
passes_on() {
    : >/tmp/notes
    "$@" sh /tmp/notes.sh &
    heard >/dev/null
    for name in HUP USR1 USR2; do
        kill -$name $!
        heard >/dev/null
    done
    kill -TERM $!
    wait $!
    ended=$?
}
passes_on $run --supervise --
is "supervise: what was passed on" "$(xargs </tmp/notes) $ended" "HUP USR1 USR2 TERM 7"
status_of $run --supervise --kill-after 1s -- sh -c 'trap "" TERM; echo $PPID >/tmp/said; exec cat /tmp/never' &
kill -TERM "$(heard)"
wait $!
is "supervise: --kill-after" "$(how)" "signal 9"

# files
mkdir /tmp/files
echo '{"x": "of a file"}' >/tmp/files/secrets.json
printf 'source = "file:secrets.json"\n[env]\nA = { secret = "x", as = "file" }\n' >/tmp/files/memory.toml
printf 'source = "file:secrets.json"\n[env]\nA = { secret = "x", as = "file", path = "/tmp/files/a" }\n' >/tmp/files/path.toml
memory="secenv run -m /tmp/files/memory.toml"
for mode in --exec --supervise; do
    is "a file in memory, $mode" "$($memory $mode -- sh -c 'cat "$A"; stat -L -c " %a" "$A"')" "of a file 400"
    is "a file in memory, $mode: sealed" "$($memory $mode -- sh -c 'echo x >"$A" || echo refused' 2>/dev/null)" refused
done
is "a file with a path" "$(secenv run -m /tmp/files/path.toml -- sh -c 'echo "$A"; cat "$A"; stat -c " %a" "$A"' | xargs)" \
    "/tmp/files/a of a file 400"
is "a file with a path: removed at the end" "$(cd /tmp/files && echo *)" "memory.toml path.toml secrets.json"
passes_on secenv run -m /tmp/files/path.toml --
is "a file with a path: what was passed on" "$(xargs </tmp/notes) $ended" "HUP USR1 USR2 TERM 7"
is "a file with a path: removed after a TERM" "$(cd /tmp/files && echo *)" "memory.toml path.toml secrets.json"

# The longest string is of 32 pages, its name and the NUL included.
of() { printf '{"x": "%s"}' "$(head -c "$1" /dev/zero | tr '\0' x)" >/tmp/files/secrets.json; }
longest="secenv run --no-manifest --source file:/tmp/files/secrets.json --env A=secretsmanager://x --exec --"
most=$(($(page) * 32 * 1024 - 3))
of $most
is "the longest value" "$($longest sh -c 'echo ${#A}')" $most
of $((most + 1))
is "a byte more" "$($longest true 2>&1 | grep -o '32 pages (.*)') $($longest true 2>/dev/null || echo $?)" "32 pages ($(($(page) * 32)) KiB) 125"

# A terminal, of whose keys the other side of the console presses two.
cat >/tmp/terminal.sh <<'TERMINAL'
count=0
trap 'count=$((count + 1)); echo "press Ctrl-\\"' INT
trap 'exit $count' QUIT
read -r stat </proc/$$/stat
set -- $stat
[ "$5 $5" = "$$ $8" ] && echo foreground >/tmp/foreground
cat /tmp/never </dev/null &
echo "press Ctrl-C"
while :; do wait $!; done
TERMINAL
setsid -c $run --supervise -- sh /tmp/terminal.sh </dev/ttyAMA0 >/dev/ttyAMA0 2>&1
keys=$?
# After what the terminal shows of the keys.
echo
is "a terminal: one INT for a Ctrl-C, and then a QUIT" $keys 1
is "a terminal: the command is in its foreground" "$(cat /tmp/foreground)" foreground

exec $run -- sh /one.sh
