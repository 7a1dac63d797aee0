# What both scripts of the machine have in common.
# shellcheck shell=sh
is() { if [ "$2" = "$3" ]; then echo "ok: $1: $2"; else echo "FAILED: $1: '$2', not '$3'"; fi; }

# shellcheck disable=SC2034 # Those who read this use it.
run="/bin/secenv run --no-manifest --env A=1"

# Until the command succeeds, but not for ever.
patiently() {
    read -r now _ </proc/uptime
    until "$@"; do
        read -r later _ </proc/uptime
        [ $((${later%.*} - ${now%.*})) -lt 20 ] || return 1
    done
}

# The kilobytes of a page.
page() { awk '/^KernelPageSize:/ { print $2; exit }' /proc/self/smaps; }

# Waits for what another process says; nothing comes from one that has not closed it yet since the time before.
heard() {
    until read -r word </tmp/said; do :; done
    echo "$word"
}
