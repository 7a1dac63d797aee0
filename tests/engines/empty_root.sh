#!/bin/bash
# The static binary in an empty root: no library, no certificates, no resolver's files but those that a case needs.
# usage: empty_root.sh SECENV   (a static secenv; root, unshare, ip, busybox-static, openssl, python3)
set -eu
secenv=$(realpath "$1")
for need in unshare chroot busybox openssl python3 ip; do
    command -v $need >/dev/null || { echo "LEFT OUT: an empty root (no $need)"; exit 0; }
done
[ "$(id -u)" = 0 ] || { echo "LEFT OUT: an empty root (needs root)"; exit 0; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/root"
cp "$secenv" "$work/root/secenv"
# The only other file: a command that prints what it was given.
cp "$(command -v busybox)" "$work/root/busybox"

# An authority, and a certificate for one name.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=authority \
    -keyout "$work/authority.key" -out "$work/authority.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=secrets \
    -keyout "$work/server.key" -out "$work/server.csr" 2>/dev/null
echo 'subjectAltName=DNS:secrets.test' >"$work/server.ext"
openssl x509 -req -in "$work/server.csr" -CA "$work/authority.pem" -CAkey "$work/authority.key" -days 2 \
    -extfile "$work/server.ext" -out "$work/server.pem" 2>/dev/null

cat >"$work/serve.py" <<'SERVE'
import http.server, json, socket, ssl, struct, sys, threading
work = sys.argv[1]

class Secrets(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        text = json.dumps({"Name": asked["SecretId"], "ARN": "arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf",
                           "VersionId": "v1", "VersionStages": ["AWSCURRENT"], "SecretString": "over TLS"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)
    def log_message(self, *_): pass

# Answers A questions for two names, with 127.0.0.1; there is no AAAA, and no other name.
def resolver(udp):
    while True:
        question, asker = udp.recvfrom(512)
        labels, at = [], 12
        while question[at]:
            labels.append(question[at + 1:at + 1 + question[at]]); at += 1 + question[at]
        kind = struct.unpack("!H", question[at + 1:at + 3])[0]
        known = b".".join(labels).lower() in (b"secrets.test", b"other.test")
        answers = 1 if known and kind == 1 else 0
        head = question[:2] + struct.pack("!5H", 0x8580 if known else 0x8583, 1, answers, 0, 0)
        address = struct.pack("!HHHIH4B", 0xC00C, 1, 1, 60, 4, 127, 0, 0, 1) if answers else b""
        udp.sendto(head + question[12:at + 5] + address, asker)

udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("127.0.0.1", 53))
threading.Thread(target=resolver, args=(udp,), daemon=True).start()
server = http.server.ThreadingHTTPServer(("127.0.0.1", 443), Secrets)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{work}/server.pem", f"{work}/server.key")
server.socket = context.wrap_socket(server.socket, server_side=True)
open(f"{work}/ready", "w").close()
server.serve_forever()
SERVE

# In a network of its own, where ports 53 and 443 are free.
cat >"$work/cases.sh" <<'CASES'
set -eu
work=$1
secenv=$2
ip link set lo up
python3 "$work/serve.py" "$work" &
server=$!
trap 'kill $server' EXIT
n=0
while [ ! -e "$work/ready" ] && [ $n -lt 200 ]; do n=$((n + 1)); sleep 0.05; done

failed=0
is() { if [ "$2" = "$3" ]; then echo "ok: $1: $2"; else echo "FAILED: $1: '$2', not '$3'"; failed=1; fi; }
# What the files in /etc are: `etc hosts "text"`; none without arguments.
etc() { rm -rf "$work/root/etc"; [ $# = 0 ] || { mkdir "$work/root/etc"; printf '%s\n' "$2" >"$work/root/etc/$1"; }; }
run() { # the host, then options
    local host=$1
    shift
    chroot "$work/root" /busybox env -i AWS_ENDPOINT_URL="https://$host" AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE \
        AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY AWS_EC2_METADATA_DISABLED=true $bundle \
        /secenv run --no-manifest --deadline 5s "$@" --env A=secretsmanager://x -- \
        /busybox sh -c 'echo "$A"' 2>"$work/errors" && status=0 || status=$?
}
says() { grep -qi "$1" "$work/errors" && echo said || cat "$work/errors"; }

is "the version" "$(chroot "$work/root" /secenv -V | cut -d' ' -f1)" secenv
echo '{"x": "of a file"}' >"$work/root/secrets.json"
bundle=
etc
is "a file source, no /etc" "$(run none --source file:/secrets.json)" "of a file"
rm "$work/root/secrets.json"

cp "$work/authority.pem" "$work/root/authority.pem"
bundle=AWS_CA_BUNDLE=/authority.pem
etc hosts "127.0.0.1 secrets.test other.test"
is "TLS, a name of /etc/hosts" "$(run secrets.test)" "over TLS"
etc resolv.conf "nameserver 127.0.0.1"
is "TLS, a name of the resolver" "$(run secrets.test)" "over TLS"
bundle=SSL_CERT_FILE=/authority.pem
is "TLS, the authority beside the compiled-in ones" "$(run secrets.test)" "over TLS"

run other.test >"$work/out"
is "another host's certificate" "$status $(cat "$work/out")$(says certificate)" "125 said"
bundle=
run secrets.test >"$work/out"
is "an authority that is not compiled in" "$status $(cat "$work/out")$(says certificate)" "125 said"
run absent.test >"$work/out"
is "a name that is not there" "$status $(cat "$work/out")$(says absent.test)" "124 said"
etc
bundle=AWS_CA_BUNDLE=/authority.pem
is "TLS, without files the resolver of this machine" "$(run secrets.test)" "over TLS"
etc resolv.conf "nameserver 127.0.0.2"
run secrets.test >"$work/out"
is "no resolver there" "$status $(cat "$work/out")$(says secrets.test)" "124 said"

# In this machine's own root, with a module that it has: loaded into a static binary it ends that by SIGSEGV.
if ls /lib/*/libnss_systemd.so.2 >/dev/null 2>&1; then
    printf '%s\n' 'passwd: files systemd' 'group: files systemd' 'hosts: systemd files dns' >"$work/nsswitch.conf"
    mount --bind "$work/nsswitch.conf" /etc/nsswitch.conf
    printf '%s\n' 'source = "file:secrets.json"' '[env]' 'A = { secret = "x", as = "file", path = "a", owner = "nobody-at-all" }' \
        >"$work/secenv.toml"
    echo '{"x": "of a file"}' >"$work/secrets.json"
    "$secenv" run -m "$work/secenv.toml" -- true 2>"$work/errors" && status=0 || status=$?
    is "a user that no file has" "$status $(says 'no user nobody-at-all')" "125 said"
    sed -i 's/nobody-at-all/nobody/' "$work/secenv.toml"
    "$secenv" run -m "$work/secenv.toml" -- stat -c %U "$work/a" >"$work/out" 2>&1 && status=0 || status=$?
    is "a user that a file has" "$status $(cat "$work/out")" "0 nobody"
else
    echo "LEFT OUT: the modules of /etc/nsswitch.conf (no libnss-systemd here)"
fi
exit $failed
CASES
unshare --net --mount --kill-child=KILL bash "$work/cases.sh" "$work" "$secenv"
