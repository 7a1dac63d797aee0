# The command of a secenv that is PID 1.
# shellcheck shell=sh
# shellcheck source=tests/engines/aarch64/rows.sh
. /rows.sh
is "as PID 1: supervises" $PPID 1
small() { [ "$(readlink /proc/1/exe)" = "/memfd:secenv (deleted)" ]; }
patiently small
is "as PID 1: the program in memory" "$(readlink /proc/1/exe)" "/memfd:secenv (deleted)"
is "as PID 1: its name and arguments" "$(cat /proc/1/comm) $(tr '\0' ' ' </proc/1/cmdline)" "secenv $run -- sh /one.sh "
is "as PID 1: its environment" "$(tr '\0' '\n' </proc/1/environ | sed 's/=.*//')" SECENV_STAGE
is "as PID 1: its descriptors" "$(ls /proc/1/fd)" ""
# In pages, of which there are larger ones: two of its own, one for a stack.
rss=$(awk '/^Rss:/ { print $2 }' /proc/1/smaps_rollup)
is "as PID 1: $rss kB resident, at most six pages" "$((rss <= 6 * $(page)))" 1

mkfifo /tmp/orphan
sh -c 'cat /tmp/orphan & echo $! >/tmp/orphan_id'
orphan=$(cat /tmp/orphan_id)
is "as PID 1: the parent of an orphan" "$(awk '{ print $4 }' "/proc/$orphan/stat")" 1
echo >/tmp/orphan
gone() { [ ! -e "/proc/$orphan" ]; }
patiently gone
is "as PID 1: it reaps the orphan" "$(gone && echo gone)" gone

# What this command itself sent would not come back to it.
count=0 heard=
trap 'count=$((count + 1))' HUP
trap 'heard=$count' USR1
sh -c 'kill -HUP 1; kill -USR1 1; cat /tmp/never' &
while [ -z "$heard" ]; do wait $!; done
is "as PID 1: one HUP before the USR1" "$heard" 1
echo "all rows"
# The machine ends with it.
kill -TERM $$
