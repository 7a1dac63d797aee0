#!/bin/sh
# Supervise mode, the units of examples/systemd, and what `EnvironmentFile=` makes of an export, under a real systemd, booted
# in namespaces of its own over a throw-away copy of /.
# usage: systemd.sh SECENV   (root, systemd, python3)
set -eu
secenv=$(realpath "$1")
examples=$(cd "$(dirname "$0")/../../examples/systemd" && pwd)
for need in /lib/systemd/systemd unshare python3; do
    command -v "$need" >/dev/null || { echo "LEFT OUT: systemd (no $need)"; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo "LEFT OUT: systemd (needs root)"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/out" "$work/units" "$work/examples"
cp "$secenv" "$work/out/secenv"

unit() { cat >"$work/units/$1"; }
run="/out/secenv run --no-manifest --env A=1 --supervise --"

# Says what it gets, and answers TERM with 3.
cat >"$work/out/child.py" <<'CHILD'
import os, signal, socket, sys, time
def note(text):
    with open(f"/out/{sys.argv[1]}.log", "a") as log: log.write(text + "\n")
signal.signal(signal.SIGHUP, lambda *_: note("HUP"))
def term(*_):
    note("TERM")
    sys.exit(3)
signal.signal(signal.SIGTERM, term)
ids = [os.environ.get(name) == str(os.getpid()) for name in sys.argv[2:]]
note(f"pid {os.getpid()} ids {ids}")
if "NOTIFY_SOCKET" in os.environ:
    address = os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1)
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1\nSTATUS=well", address)
if "LISTEN_FDS" in os.environ:
    connection, _ = socket.socket(fileno=3).accept()
    connection.sendall(b"served\n")
    connection.close()
    sys.exit(0)
while True: signal.pause()
CHILD

# The application of the examples: says what it got, is ready, and ends at TERM.
cat >"$work/examples/myapp" <<'APP'
#!/usr/bin/python3
import os, signal, socket, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("pid", os.getpid(), *(os.environ.get(name) for name in ("DB_USER", "DB_HOST", "DB_PASSWORD")), *sys.argv[1:], flush=True)
if "NOTIFY_SOCKET" in os.environ:
    address = os.environ["NOTIFY_SOCKET"].replace("@", "\0", 1)
    socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", address)
while True: signal.pause()
APP
chmod 755 "$work/examples/myapp"
cp "$examples"/*.service "$work/units/"
cp "$examples/secenv.toml" "$examples/secrets.json" "$work/examples/"
# What they say goes to a file; those that ask AWS get the file's secrets instead.
for example in "$examples"/*.service; do
    mkdir "$work/units/${example##*/}.d"
    {
        echo "[Service]"
        echo "StandardOutput=append:/out/%N.log"
        grep -q LoadCredential= "$example" || echo "Environment=SECENV_SOURCE=file:/etc/myapp/secrets.json"
    } >"$work/units/${example##*/}.d/test.conf"
done

unit exec.service <<UNIT
[Service]
Type=exec
KillMode=mixed
ExecStart=$run python3 /out/child.py exec
UNIT
unit notify.service <<UNIT
[Service]
Type=notify
WatchdogSec=60
ExecStart=$run python3 /out/child.py notify WATCHDOG_PID SYSTEMD_EXEC_PID
UNIT
unit notify-failed.service <<UNIT
[Service]
Type=notify
ExecStart=$run sh -c 'systemd-notify --ready --pid=\$\$\$\$; sleep 1; exit 9'
NotifyAccess=all
UNIT
unit refused.service <<UNIT
[Service]
Type=exec
Restart=always
RestartSec=100ms
RestartPreventExitStatus=125
ExecStart=/out/secenv run --no-manifest --source file:/no/such --env A=secretsmanager://x --supervise -- true
UNIT
unit activated.socket <<UNIT
[Socket]
ListenStream=/run/activated
UNIT
unit activated.service <<UNIT
[Service]
ExecStart=$run python3 /out/child.py activated LISTEN_PID
UNIT
unit export.service <<UNIT
[Service]
Type=oneshot
EnvironmentFile=/out/env
ExecStart=/usr/bin/env -0
StandardOutput=file:/out/got
UNIT
printf 'A=x\nB="\357\267\220"\n' >"$work/out/spoilt"
unit spoilt.service <<UNIT
[Service]
Type=oneshot
EnvironmentFile=/out/spoilt
ExecStart=/usr/bin/env
UNIT
python3 "$(dirname "$0")/round_trip.py" export "$secenv" systemd "$work/out"
unit check.service <<UNIT
[Unit]
DefaultDependencies=no
After=basic.target
[Service]
Type=oneshot
ExecStart=/bin/sh /out/check.sh
ExecStopPost=/bin/systemctl exit
StandardOutput=file:/out/report
StandardError=file:/out/errors
UNIT

cat >"$work/out/check.sh" <<'CHECK'
show() { systemctl show "$1" -p "$2" --value; }
is() { if [ "$2" = "$3" ]; then echo "ok: $1: $2"; else echo "FAILED: $1: '$2', not '$3'"; fi; }
# Waits until a property has a value, or a file a line.
until_is() { n=0; while [ "$(show "$1" "$2")" != "$3" ] && [ $n -lt 200 ]; do n=$((n+1)); sleep 0.05; done; }
until_says() { n=0; while ! grep -q "$2" "/out/$1.log" 2>/dev/null && [ $n -lt 200 ]; do n=$((n+1)); sleep 0.05; done; }

systemctl start exec; until_says exec pid
kill -HUP "$(show exec MainPID)"; until_says exec HUP
is "Type=exec: one HUP" "$(grep -c HUP /out/exec.log)" 1
systemctl stop exec
is "Type=exec: one TERM at stop" "$(grep -c TERM /out/exec.log)" 1
is "Type=exec: status" "$(show exec ExecMainStatus)" 3

systemctl start notify
is "Type=notify: active" "$(show notify ActiveState)" active
is "Type=notify: status text" "$(show notify StatusText)" well
is "Type=notify: the command is the main process" "pid $(show notify MainPID) ids [True, True]" "$(head -1 /out/notify.log)"
systemctl kill --kill-whom=main -s HUP notify; until_says notify HUP
is "Type=notify: one HUP" "$(grep -c HUP /out/notify.log)" 1
systemctl stop notify
is "Type=notify: one TERM at stop" "$(grep -c TERM /out/notify.log)" 1
is "Type=notify: status" "$(show notify ExecMainStatus)" 3

systemctl start notify-failed; until_is notify-failed ActiveState failed
is "Type=notify: a failure is one" "$(show notify-failed Result) $(show notify-failed ExecMainStatus)" "exit-code 9"

systemctl start refused || :; until_is refused ActiveState failed
is "RestartPreventExitStatus" "$(show refused ExecMainStatus) $(show refused NRestarts)" "125 0"

systemctl start activated.socket
is "socket activation" "$(python3 -c 'import socket; s = socket.socket(socket.AF_UNIX); s.connect("/run/activated"); print(s.recv(9).decode().strip())')" served
: >/out/got
systemctl start export
is "EnvironmentFile" "$(show export ExecMainStatus)" 0
systemctl start spoilt 2>/dev/null || :
is "EnvironmentFile: a noncharacter spoils all of it" "$(show spoilt Result)" resources

is "socket activation: LISTEN_PID" "$(sed 's/.*ids/ids/' /out/activated.log)" "ids [True]"

for example in /etc/systemd/system/myapp*.service; do
    name=$(basename "$example" .service)
    is "examples: $name: verified" "$(systemd-analyze verify --man=no "$example" 2>&1)" ""
    is "examples: $name: exposure at most 2.0" "$(systemd-analyze security --offline=true --threshold=20 --no-pager "$example" >/dev/null 2>&1; echo $?)" 0
    systemctl start "$name"; until_says "$name" pid
    is "examples: $name: runs" "$(show "$name" ActiveState)" active
    is "examples: $name: the main process has the secrets" "$(cat "/out/$name.log")" \
        "pid $(show "$name" MainPID) app db.internal of a credential --port 8080"
    systemctl stop "$name"
    is "examples: $name: ends well" "$(show "$name" Result) $(show "$name" ExecMainStatus)" "success 0"
done
chmod 600 /etc/myapp/secrets.json
rm /out/myapp-credentials.log
systemctl start myapp-credentials; until_says myapp-credentials pid
is "examples: a credential that only root can read" "$(cut -d' ' -f3- /out/myapp-credentials.log)" \
    "app db.internal of a credential --port 8080"
CHECK

unshare --pid --mount --uts --ipc --cgroup --fork --kill-child=KILL sh -eu -c '
    work=$1
    mount --make-rprivate /
    mkdir "$work/layers"; mount -t tmpfs tmpfs "$work/layers"
    mkdir "$work/layers/upper" "$work/layers/work" "$work/root"
    mount -t overlay overlay -o "lowerdir=/,upperdir=$work/layers/upper,workdir=$work/layers/work" "$work/root"
    mount -t proc proc "$work/root/proc"
    mount -t sysfs sysfs "$work/root/sys" 2>/dev/null || mount --rbind /sys "$work/root/sys"
    mount -t cgroup2 cgroup2 "$work/root/sys/fs/cgroup" 2>/dev/null || :
    mount --rbind /dev "$work/root/dev"
    mount -t tmpfs tmpfs "$work/root/run"; mount -t tmpfs tmpfs "$work/root/tmp"
    mkdir -p "$work/root/out"; mount --bind "$work/out" "$work/root/out"
    cp -r "$work"/units/* "$work/root/etc/systemd/system/"
    mkdir -p "$work/root/etc/myapp"
    cp "$work/examples/secenv.toml" "$work/examples/secrets.json" "$work/root/etc/myapp/"
    cp "$work/examples/myapp" "$work/out/secenv" "$work/root/usr/bin/"
    # Not chroot alone: with a root that is not that of the mounts the kernel makes no user namespace (PrivateUsers=yes).
    cd "$work/root"; pivot_root . .; umount -l .
    # Credentials are mounted from a namespace of their own; in a container systemd leaves it to others to share them.
    mount --make-rshared /
    exec chroot . env container=lxc /lib/systemd/systemd --unit=check.service --log-target=null
' sh "$work" </dev/null >"$work/console" 2>&1 &
booted=$!
n=0
while kill -0 $booted 2>/dev/null && [ $n -lt 600 ]; do n=$((n + 1)); sleep 0.1; done
kill -KILL $booted 2>/dev/null || :
wait $booted 2>/dev/null || :
cat "$work/out/report" || { echo "FAILED: systemd did not get to the checks"; tail "$work/console"; exit 1; }
cat "$work/out/errors"
! grep -q FAILED "$work/out/report" && [ "$(grep -c ^ok "$work/out/report")" = 31 ]
python3 "$(dirname "$0")/round_trip.py" compare "$work/out" NONCHARACTER
