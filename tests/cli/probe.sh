# SPDX-License-Identifier: MIT
# whyrst probe as a person uses it: how peers close, what they get told, wrong usage, peers that do not
# answer, Ctrl-C, several addresses, both languages, JSON.
. tests/cli/common.inc
command -v ip >/dev/null || { echo "ip is not here (package iproute2)"; exit 77; }
command -v openssl >/dev/null || { echo "openssl is not here"; exit 77; }

# wrong usage: one line, exit 2
for arguments in 'probe' 'probe a' 'probe a:80 b:80' 'probe a:0' 'probe a:99999' 'probe [::1' 'probe ftp://a/' \
	'probe --max 1s a:80' 'probe --max soon a:80' 'probe --protocol gopher a:80' 'probe --requests 1 a:80' \
	'probe --requests 9 a:25' 'probe --send x --protocol http a:80' 'probe --path x a:80' 'probe --send \q a:80'; do
	run 2 $arguments
	lines err 1
	lines out 0
done
run 2 probe "http://a/x y"
run 2 probe --host "$(printf 'a\r\nX: y')" a:80
hasnt err "$(printf '\r')"
run 1 probe nosuch.invalid:80
lines err 1
run 1 probe -6 127.0.0.1:80
lines err 1

if [ "${PROBE_INSIDE:-}" != 1 ]; then
	unshare=unshare
	[ "$(id -u)" = 0 ] || unshare='unshare -r'
	$unshare --net --mount true 2>/dev/null || { echo "no network namespace can be made here"; exit 77; }
	PROBE_INSIDE=1 exec $unshare --net --mount bash tests/cli/probe.sh
fi
ip link set lo up
ip addr add fe80::1/64 dev lo nodad
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
	-keyout "$TMP/key.pem" -out "$TMP/cert.pem" 2>/dev/null
cat "$TMP/key.pem" "$TMP/cert.pem" >"$TMP/both.pem"
"${PYTHON:-python3}" tests/cli/probe_server.py "$TMP/both.pem" >"$TMP/ready" 2>"$TMP/server.err" &
server=$!
openssl s_server -accept 8450 -cert "$TMP/cert.pem" -key "$TMP/key.pem" -alpn h2 -quiet >/dev/null 2>&1 </dev/null &
server="$server $!"
trap 'kill $server 2>/dev/null' EXIT
for i in $(seq 100); do
	grep -q ready "$TMP/ready" && break
	sleep 0.1
done
printf '127.0.0.1 two.test\n127.0.0.2 two.test\n::1 six.test\n127.0.0.1 localhost\n' >"$TMP/hosts"
mount --bind "$TMP/hosts" /etc/hosts

# start NAME ARGUMENT...: in the background, exit status in $TMP/NAME.status
names=
start() {
	local name=$1
	shift
	names="$names $name"
	(
		"${PYTHON:-python3}" -c '
import os, resource, subprocess, sys
status = subprocess.run(sys.argv[2:]).returncode
open(sys.argv[1], "w").write(f"{status}\n{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}\n")
' "$TMP/$name.status" "$WHYRST" probe "$@" >"$TMP/$name" 2>"$TMP/$name.err"
	) &
	pids="$pids $!"
}
pids=
http() { start "$1" -o json --protocol http "${@:3}" --max 4s "127.0.0.1:$2"; }
http fin 8001
http rst 8002
http farewell 8003
http each 8004
http five 8005 --requests 50
http chunked 8009 --get
http lingers 8010
http four 8001 --requests 4
http crossing 8012
start crossed -o json --protocol http --max 2s 127.0.0.1:8012
start dripping -o json --max 4s 127.0.0.1:8013
start drip --max 4s 127.0.0.1:8013
http garbled 8014
start announces --protocol http --max 4s 127.0.0.1:8014
start fatal -o json --protocol https -k --max 4s 127.0.0.1:8445
start error --protocol https -k --max 4s 127.0.0.1:8445
start stream -o json --protocol https -k --max 4s 127.0.0.1:8446
start link --max 2s 'http://[fe80::1%lo]:8001?x=1#y'
start unlinked --max 2s 'http://[fe80::1]:8001'
start banner -o json --max 4s 127.0.0.1:8006
start sent -o json --max 4s --send 'hello\r\n\x00' 127.0.0.1:8001
start foreign --protocol http --max 4s 127.0.0.1:8007
start atonce --protocol http --max 4s 127.0.0.1:8008
start alert -o json --protocol https --insecure --max 4s 127.0.0.1:8443
start bare -o json --protocol https -k --max 4s 127.0.0.1:8444
start only -o json --protocol tls -k --max 4s 127.0.0.1:8443
start distrust --protocol https --max 4s localhost:8443
start notls --protocol https --max 4s 127.0.0.1:8001
SSL_CERT_FILE=$TMP/cert.pem start trusted -o json --protocol https --max 4s localhost:8443
start refused 127.0.0.1:9
start text --max 4s http://127.0.0.1:8001/x
start chinese --lang zh --max 4s http://127.0.0.1:8001/x
start quiet -q --max 4s http://127.0.0.1:8001/
start six -o json --max 4s 'http://[::1]:8001/'
start together -o json --parallel --max 4s http://two.test:8001/
start half -o json --parallel --max 4s two.test:8006
start hidden -o json --anonymize --max 4s http://two.test:8001/ -4
start h2 --protocol https -k --max 4s 127.0.0.1:8450
# with its own nine descriptors, whatever it would inherit
few() {
	"${PYTHON:-python3}" -c 'import os, resource, sys
os.closerange(3, 1024)
resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))
os.execvp(sys.argv[1], sys.argv[1:])' "$WHYRST" probe --max 2s "$@" http://127.0.0.1:8001/ 2>"$TMP/few.err"
}
(
	few -o json >"$TMP/few"
	few >"$TMP/few.text"
) &
pids="$pids $!"
timeout --foreground -s INT 1.5 "$WHYRST" probe http://two.test:8001/ >"$TMP/first" 2>"$TMP/first.err" &
pids="$pids $!"
# Ctrl-C after a second and a half: what is known, exit 0; before an answer: exit 1
for name in stop mute; do
	port=8001
	[ $name = stop ] || port=8011
	(
		timeout --foreground -s INT 1.5 "$WHYRST" probe -o json "http://127.0.0.1:$port/" >"$TMP/$name" 2>"$TMP/$name.err"
	) &
	pids="$pids $!"
done
wait $pids

for name in $names; do
	want=0
	case $name in foreign | atonce | distrust | notls | refused | unlinked | h2) want=1 ;; esac
	[ "$(head -n 1 "$TMP/$name.status")" = $want ] || problem "$name: exit $(cat "$TMP/$name.status"): $(tail -n 2 "$TMP/$name.err")"
done
# near NAME KEY LEAST MOST: milliseconds
near() {
	"${PYTHON:-python3}" - "$TMP/$1" "$2" "$3" "$4" <<-'PYTHON' || problem "$1: $2 is not from $3 to $4: $(head -c 700 "$TMP/$1")"
		import json, sys
		value = json.load(open(sys.argv[1]))
		for key in sys.argv[2].split("."):
		    value = value.get(key, {}) if isinstance(value, dict) else {}
		sys.exit(not (isinstance(value, (int, float)) and float(sys.argv[3]) <= value <= float(sys.argv[4])))
	PYTHON
}
for name in fin rst farewell lingers chunked alert bare trusted six sent; do near $name idle_after_request_ms 1700 2700; done
for name in fin rst farewell banner sent alert only; do near $name idle_before_request_ms 1700 2700; done
# a request that crossed the close, on the shorter waits and on the longest one: nothing forgot anything
if ! grep -q '8012 was late' "$TMP/server.err"; then # on a busy machine
	near crossing idle_before_request_ms 1700 2700
	near crossing idle_after_request_ms 1700 2700
	hasnt crossing '_request":\{[^}]*"closes_with":"silence"'
	hasnt crossed '_request":\{[^}]*"closes_with":"silence"'
fi
has dripping '"before_request":\{"survived_ms":1[0-9]{3}\.[0-9]*,"busy":true'
has drip 'alive after 1\.[0-9] s; it is never idle for longer'
near garbled idle_before_request_ms 1700 2700
has announces 'timeout=99999999999999999, max=99: more than it keeps'
near fatal idle_after_request_ms 1700 2700
has fatal '"closes_with":"tls-alert"'
has error 'closes with a TLS error'
has stream '"closes_with":"tls-alert"'
[ "$(tail -n 1 "$TMP/stream.status")" -lt 150000 ] || problem "what comes after the farewell is kept: $(tail -n 1 "$TMP/stream.status") kB"
has link '\[fe80::1%lo\]:8001 .*idle timeout'
has h2.err 'HTTP/1.1 is not spoken there: try --protocol tls'
has few '"failure":"Too many open files"'
has few.text 'of them failed: Too many open files'
has first.err 'stopped: 1 of 2 addresses were not probed'
has text.err '[0-9] s, [1-4] s to wait: before request: (waiting|alive at 1.[0-9] s); after answer: '
has unlinked.err 'needs its interface'
has fin '"closes_with":"fin"'
has fin '"late_request":"rst"'
has fin '"announced_s":2,"announced_max":99'
has fin '"server":"evil\\u001b\[31m/1"'
has rst '"closes_with":"rst"'
has farewell '"says_status":408'
has lingers '"late_request":"ignored"'
has each '"closes_each":true'
has five '"max_requests":5'
has four '"requests_tried":4'
has alert '"closes_with":"tls-alert"'
has alert '"then":"fin"'
has alert '"tls":"TLSv1'
has bare '"closes_with":"fin"'
has only '"protocol":"tls"'
hasnt server.err 'farewell'
has hidden '"target":"[0-9.]+:8001"'
hasnt hidden 'two.test|127\.0\.0'
lines together 2
lines half 2
has together '127.0.0.2:8001'
has foreign.err 'is not HTTP/1.1: try --protocol plain'
has atonce.err 'closed \(FIN\) without an answer|reset before it answered'
has distrust.err 'certificate; --insecure'
has notls.err 'TLS failed: .*does this port speak TLS'
has refused.err 'refused'
for name in foreign atonce distrust notls refused; do
	lines "$name" 0
	[ "$(grep -vc ' (Ctrl-C: ' "$TMP/$name.err")" = 1 ] || problem "$name: more than one line: $(cat "$TMP/$name.err")"
done
has text 'idle timeout (1\.[789]|2\.[0-7]) s ± 0\.[1-5] after an answer, closes with FIN'
has text 'evil\\x1b'
has text 'too short to keep connections for'
has chinese '空闲超时 (1\.[789]|2\.[0-7]) ± 0\.[1-5] 秒（应答之后）'
lines quiet 1
lines quiet.err 0
has stop '"stopped":true'
has stop '"survived_ms":[1-9]'
has mute '"error":"stopped before it answered"'
cat "$TMP"/{few,crossing,crossed,dripping,garbled,fatal,stream,fin,rst,farewell,each,five,chunked,lingers,four,banner,sent,alert,bare,only,six,together,half,hidden,stop,mute} >"$TMP/all.json"
if "${PYTHON:-python3}" -c 'import jsonschema' 2>/dev/null; then
	sed -n '/^{"type":"probe"/p' "$TMP/all.json" >"$TMP/probes.json"
	"${PYTHON:-python3}" tests/schema/validate.py "$TMP/probes.json" >"$TMP/schema" || problem "$(head -n 5 "$TMP/schema")"
fi
done_testing
