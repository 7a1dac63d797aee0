#!/bin/bash
# The packages: the .deb before lintian, then installed in a clean Debian root, run, and purged without a trace; the .rpm read.
# usage: packages.sh DEB RPM   (root, lintian, debootstrap, rpm; a package mirror the first time)
set -eu
deb=$(realpath "$1") rpm=$(realpath "$2")
root=$(cd "$(dirname "$0")/../.." && pwd)
failed=0
is() { if [ "$2" = "$3" ]; then echo "ok: $1: $2"; else echo "FAILED: $1: '$2', not '$3'"; failed=1; fi; }

if command -v rpm >/dev/null; then
    files=$(rpm -qlp "$rpm" 2>/dev/null)
    for file in /usr/bin/secenv /usr/share/licenses/secenv/LICENSE-APACHE /usr/share/licenses/secenv/LICENSE-MIT \
        /usr/share/doc/secenv/README.md; do
        is "rpm: it has $file" "$(grep -cx "$file" <<<"$files")" 1
    done
    is "rpm: its licence" "$(rpm -qp --qf '%{LICENSE}' "$rpm" 2>/dev/null)" "Apache-2.0 OR MIT"
    rpm -qpR "$rpm" 2>/dev/null | grep -q "^libc.so.6" && libc=yes || libc=no
    is "rpm: it requires the C library" $libc yes
else
    echo "LEFT OUT: the .rpm (no rpm)"
fi

if command -v lintian >/dev/null; then
    said=$(lintian --allow-root --fail-on error,warning "$deb" 2>&1) && status=0 || status=$?
    is "deb: lintian" "$status$said" 0
else
    echo "LEFT OUT: lintian (not installed)"
fi

# shellcheck disable=SC1091
suite=$(. /etc/os-release && [ "$ID" = debian ] && echo "$VERSION_CODENAME") || suite=
[ -n "$suite" ] || { echo "LEFT OUT: a clean Debian root (this is no Debian)"; exit $failed; }
[ "$(id -u)" = 0 ] || { echo "LEFT OUT: a clean Debian root (needs root)"; exit $failed; }
command -v debootstrap >/dev/null || { echo "LEFT OUT: a clean Debian root (no debootstrap)"; exit $failed; }
packed=$root/target/debian-$suite.tar
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ ! -e "$packed" ]; then
    debootstrap --variant=minbase "$suite" "$work/root" >"$work/log" 2>&1 ||
        { tail -5 "$work/log"; echo "LEFT OUT: a clean Debian root (no mirror)"; exit $failed; }
    tar -C "$work/root" -cf "$packed.part" . && mv "$packed.part" "$packed"
else
    mkdir "$work/root"
    tar -C "$work/root" -xf "$packed"
fi
# dpkg's own notes of what it did are no trace of the package.
files() { (cd "$work/root" && find . -xdev ! -path './var/lib/dpkg*' ! -path './var/log/*' ! -path './var/cache/*' ! -path ./secenv.deb -printf '%p %y %m %s\n' | sort); }
inside() { chroot "$work/root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root DEBIAN_FRONTEND=noninteractive "$@"; }
files >"$work/before"
cp "$deb" "$work/root/secenv.deb"
inside dpkg -i /secenv.deb >"$work/log" 2>&1 || cat "$work/log"
is "deb: installed" "$(inside dpkg-query -W -f '${Status}' secenv)" "install ok installed"
is "deb: its files are as packed" "$(inside dpkg -V secenv)" ""
quickstart=/usr/share/doc/secenv/examples/quickstart/secenv.toml
# shellcheck disable=SC2016 # The child expands them.
is "deb: the quickstart" "$(inside secenv run -m $quickstart -- sh -c 'echo "$DB_USER $DB_PORT $API_KEY"')" "app 5432 key-of-today"
inside dpkg --purge secenv >"$work/log" 2>&1 || cat "$work/log"
files >"$work/after"
is "deb: purged without a trace" "$(diff "$work/before" "$work/after" || :)" ""
exit $failed
