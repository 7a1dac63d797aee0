#!/bin/bash
# The static binary for aarch64 on emulated machines of that kind, with Debian's kernels of pages of 4 and of 16 KiB: secenv
# as an ordinary process, then as the PID 1 that the kernel starts.
# usage: aarch64.sh SECENV   (a static secenv for aarch64; qemu-system-aarch64, cpio; a Debian, its packages the first time)
set -eu
secenv=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
for need in qemu-system-aarch64 cpio; do
    command -v $need >/dev/null || { echo "LEFT OUT: machines of aarch64 (no $need)"; exit 0; }
done
packages=$root/target/aarch64-machine
if [ ! -e "$packages" ]; then
    rm -rf "$packages.part"
    "$root/dist/debian" "$packages.part" arm64 busybox-static 'linux-image-6\.12\.[0-9]+\+deb13(\.[0-9]+)?-cloud-arm64' \
        'linux-image-6\.12\.[0-9]+\+deb13(\.[0-9]+)?-arm64-16k' || { echo "LEFT OUT: machines of aarch64 (no kernel)"; exit 0; }
    rm -rf "$packages.part/usr/lib" "$packages.part/usr/share"
    mv "$packages.part" "$packages"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/root/{bin,dev,proc,tmp}
cp "$secenv" "$work/root/bin/secenv"
cp "$packages/usr/bin/busybox" "$work/root/bin/busybox"
cp -r "$root/examples/quickstart" "$work/root/quickstart"
cp "$here"/aarch64/*.sh "$work/root"
(cd "$work/root" && find . | cpio --quiet -o -H newc) >"$work/files.cpio"

failed=0
is() { if [ "$2" = "$3" ]; then echo "ok: $1: $2"; else echo "FAILED: $1: '$2', not '$3'"; failed=1; fi; }
# What a machine shows on its console; a key is pressed when it asks for it.
mkfifo "$work/keys"
exec 3<>"$work/keys"
machine() {
    timeout 120 qemu-system-aarch64 -machine virt -cpu max,pauth-impdef=on -m 512 -nic none -display none -monitor none \
        -chardev stdio,id=console,signal=off -serial chardev:console -no-reboot -kernel "$1" -initrd "$work/files.cpio" \
        -append 'console=ttyAMA0 quiet panic=-1 rdinit=/init.sh' <"$work/keys" 2>&1 |
        while read -r line; do
            line=${line%$'\r'}
            case $line in
                *'press Ctrl-C') printf '\003' >&3 ;;
                *'press Ctrl-\') printf '\034' >&3 ;;
            esac
            printf '%s\n' "$line"
        done
}
for kernel in "$packages"/boot/vmlinuz-*; do
    echo "# ${kernel##*vmlinuz-}"
    machine "$kernel" >"$work/screen" || :
    grep -a '^ok: \|^FAILED: ' "$work/screen" || :
    ! grep -aq '^FAILED: ' "$work/screen" || failed=1
    is "the last row was reached" "$(grep -ac '^all rows$' "$work/screen")" 1
    # It is what the machine ends by: the kernel has nothing to do without its PID 1.
    is "as PID 1: exits with 128+15 after a TERM" "$(grep -ao 'Attempted to kill init! exitcode=0x[0-9a-f]*' "$work/screen")" \
        "Attempted to kill init! exitcode=0x00008f00"
    [ $failed = 0 ] || { tail -40 "$work/screen"; break; }
done
exit $failed
