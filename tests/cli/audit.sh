# SPDX-License-Identifier: MIT
# whyrst audit as a person uses it: what bad input gets, what it changes without being allowed to.
. tests/cli/common.inc
run 2 audit now
has err "takes no 'now'"
run 2 audit --for never
has err 60s
run 2 audit -o json --print-conf
has err 'findings or connections'
run 2 audit --since-boot --apply
run 1 audit --netns /nonexistent
lines err 1
# Two of these would be done one after the other, or one of them not at all.
for both in '--print-conf --apply --yes' '--apply --undo' '--print-conf --undo'; do
	run 2 audit $both --root "$TMP/none"
	has err '^whyrst: one of --print-conf, --apply and --undo'
done
run 2 audit --root "/$(printf '%0200d' 0)"
has err 'no more than 127 bytes'
run 1 audit --root "$TMP/none"
has err 'there is no such folder'
lines out 0
run 2 audit --lang zh --for never
has err '需要 60s'
mkdir -p "$TMP/root/etc/sysctl.d"
run 0 audit --undo --root "$TMP/root"
has err 'nothing to undo'
[ "$(find "$TMP/root" | wc -l)" = 3 ] || problem "undo made files"
# Where the record cannot be written any more, what was taken back until then is not denied.
if [ "$(id -u)" = 0 ]; then
	mkdir -p "$TMP/root/var/lib/whyrst/.undo.json.new"
	echo new >"$TMP/root/etc/b"
	printf '%s' '{"version":1,"boot":"x","steps":[{"kind":"file","name":"/etc/a","old":"o","new":"n"},
		{"kind":"file","name":"/etc/b","old":"old\n","new":"new\n","mode":420}]}' >"$TMP/root/var/lib/whyrst/undo.json"
	: >"$TMP/root/var/lib/whyrst/lock"
	run 1 audit --undo --root "$TMP/root"
	has out '/etc/b: done'
	has err 'stopped there: .*undo.json cannot be written'
	[ "$(cat "$TMP/root/etc/b")" = old ] || problem "not taken back"
	rm -r "$TMP/root/var" "$TMP/root/etc/b"
fi
run 0 audit --connections --netns $$
has out 'TCP socket'
run 0 audit --connections --netns $$ --lang zh
has out '个 TCP 套接字'
run 0 audit --connections --netns $$ -o json
lines out 1
has out '^\{"type":"connections","schema":1,"netns":[0-9]+,.*"sockets":[0-9]+,"states":\{.*,"ms":[0-9.]+\}$'
run 0 audit --connections --owners -o json
if "$PYTHON" -c 'import jsonschema' 2>/dev/null; then
	"$PYTHON" tests/schema/validate.py "$TMP/out" >"$TMP/schema" || problem "JSON against its schema: $(head -n 5 "$TMP/schema")"
fi
if unshare -n true 2>/dev/null; then
	cat >"$TMP/one.py" <<-'END'
		import socket, subprocess, sys
		server = socket.create_server(("0.0.0.0", 8080), backlog=8)
		clients = [socket.create_connection(("127.0.0.1", 8080)) for _ in range(int(sys.argv[2]))]
		if clients:
		    taken = server.accept()[0]
		sys.exit(subprocess.run([sys.argv[1], "audit", "--connections", *sys.argv[3:]]).returncode)
	END
	# one CLIENTS ARGUMENT...: with a listener and so many clients, all but the first of them waiting
	one() {
		unshare -n sh -c 'ip link set lo up; exec "$@"' - "$PYTHON" "$TMP/one.py" "$WHYRST" "$@" >"$TMP/out" 2>&1 ||
			problem "audit --connections: status $?: $(tail -n 1 "$TMP/out")"
	}
	one 0
	has out '^1 TCP socket$'
	one 2
	has out '^5 TCP sockets$'
	has out ' 1 waits for accept\(\) at 0\.0\.0\.0:8080, limit 8$'
	one 3 -o json --owners
	has out '"queues":\[\{"queue":2,"backlog":8,"listen":"0\.0\.0\.0:8080"\}\]'
	has out '"served":\[\{"sockets":[13],"port":8080,"states":\{"ESTABLISHED":[13]\},"unread":0,"owner":\{"pid":[0-9]+,"comm":"python3[^"]*"\}\}\],"served_left_out":0'
	has out '"peers":\[\{"sockets":[46],"address":"127\.0\.0\.1"'
	one 3 -o json --anonymize
	has out '"listen":"0\.0\.0\.0:8080"'
	hasnt out '127\.0\.0\.1'
fi
# files in place of the host
cat >"$TMP/dump" <<END
nginx: configuration file /srv/n/nginx.conf test is successful
# configuration file /srv/n/nginx.conf:
http {
    include sites/*;
    upstream app { server 127.0.0.1:8080; keepalive 8; }
}

# configuration file /srv/n/sites/app.example.com:

server { listen 8080; keepalive_timeout 20s; }

END
run 0 audit --config "$TMP/dump"
has out '2 configuration files'
has out '/srv/n/nginx.conf:3: nginx keeps'
has out '/srv/n/sites/app.example.com:2: nginx closes'
run 0 audit --config - <"$TMP/dump"
has out '/srv/n/sites/app.example.com:2: nginx closes'
run 0 audit --config "$TMP/dump" -o json
lines out 1
for output in text json; do
	run 0 audit --config "$TMP/dump" --anonymize -o $output
	has out ':8080) for 60.0 s'
	has out '/srv/n/sites/host-'
	! grep -qe 'example' -e '127\.0\.0\.1' "$TMP/out" || problem "--anonymize tells names or addresses"
done
printf '[Service]\nExecStart=/usr/sbin/nginx\nKillSignal=SIGKILL\n' >"$TMP/web.service"
mkdir "$TMP/web.service.d"
printf '[Service]\nKillSignal=SIGQUIT\n' >"$TMP/web.service.d/a.conf"
run 0 audit --config "$TMP/web.service" --lang zh
has out 'web.service:3'
run 0 audit --config "$TMP/web.service" --config "$TMP/web.service.d/a.conf"
has out 'Nothing in there'
# More than are kept: how many is said.
for _ in $(seq 300); do echo 'reset_timedout_connection on;'; done >"$TMP/nginx.conf"
run 0 audit --config "$TMP/nginx.conf" -q
has out '256 things to look at'
has err 'left out: 44 more findings'
echo nothing >"$TMP/other"
run 1 audit --config "$TMP/other" --config "$TMP/dump"
has err 'expected a configuration'
has out '1 thing to look at'
run 1 audit --config "$TMP/missing"
lines err 1
run 2 audit --config "$TMP/dump" --apply
# Conditions that are not known here, and what decides nothing by them.
printf 'defaults\n mode http\nfrontend f\n bind 127.0.0.1:80\n.if feature(X)\n timeout client 4s\n.endif\n
	backend b\n server s 127.0.0.1:80\n' >"$TMP/haproxy.cfg"
run 0 audit --config "$TMP/haproxy.cfg"
has err 'left out: .*haproxy.cfg:5: whether it holds'
has out 'Nothing in there'
run 0 audit --config "$TMP/haproxy.cfg" -q
lines err 0
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$TMP" "$TMP/root"
	cp "$WHYRST" "$TMP/whyrst"
	# Who may not read a file is told so, and not that the file is wrong.
	mkdir -p "$TMP/root/etc/haproxy" "$TMP/root/etc/systemd/system/a.service.d"
	cp "$TMP/haproxy.cfg" "$TMP/root/etc/haproxy/"
	: >"$TMP/root/etc/systemd/system/a.service"
	chmod -R 700 "$TMP/root/etc/haproxy/haproxy.cfg" "$TMP/root/etc/systemd/system/a.service.d"
	setpriv --reuid 65534 --clear-groups "$TMP/whyrst" audit --since-boot --root "$TMP/root" >"$TMP/out" 2>"$TMP/err"
	has err 'left out: /etc/haproxy/haproxy.cfg \(Permission denied\)'
	has err 'left out: /etc/systemd/system/a.service.d \(Permission denied\)'
	hasnt out 'cannot be understood'
	rm -r "$TMP/root/etc/haproxy" "$TMP/root/etc/systemd"
	setpriv --reuid 65534 --clear-groups "$TMP/whyrst" audit --apply --yes --root "$TMP/root" >"$TMP/out" 2>"$TMP/err" &&
		problem "--apply without root says it was done"
	lines err 1
	has err 'it takes root'
	[ "$(find "$TMP/root" | wc -l)" = 3 ] || problem "--apply without root made files"
	mkdir -p "$TMP/root/var/lib/whyrst"
	: >"$TMP/root/var/lib/whyrst/lock"
	echo '{"version": 1, "steps": 5}' >"$TMP/root/var/lib/whyrst/undo.json"
	run 1 audit --undo --root "$TMP/root"
	has err 'not as whyrst writes it'
fi
done_testing
