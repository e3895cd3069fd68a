# SPDX-License-Identifier: MIT
# whyrst audit as a person uses it: what bad input gets, what it changes without being allowed to.
. tests/cli/common.inc
run 2 audit now
has err "takes no 'now'"
run 2 audit --for never
has err 60s
run 2 audit -o json --connections
run 2 audit --since-boot --apply
run 1 audit --netns /nonexistent
lines err 1
mkdir -p "$TMP/root/etc/sysctl.d"
run 0 audit --undo --root "$TMP/root"
has err 'nothing to undo'
[ "$(find "$TMP/root" | wc -l)" = 3 ] || problem "undo made files"
run 0 audit --connections --netns $$
has out 'TCP sockets'
run 0 audit --connections --netns $$ --lang zh
has out '个 TCP 套接字'
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
printf '[Service]\nExecStart=/usr/sbin/nginx\nKillSignal=SIGKILL\n' >"$TMP/web.service"
mkdir "$TMP/web.service.d"
printf '[Service]\nKillSignal=SIGQUIT\n' >"$TMP/web.service.d/a.conf"
run 0 audit --config "$TMP/web.service" --lang zh
has out 'web.service:3'
run 0 audit --config "$TMP/web.service" --config "$TMP/web.service.d/a.conf"
has out 'Nothing in there'
echo nothing >"$TMP/other"
run 1 audit --config "$TMP/other" --config "$TMP/dump"
has err 'expected a configuration'
has out '1 thing to look at'
run 1 audit --config "$TMP/missing"
lines err 1
run 2 audit --config "$TMP/dump" --apply
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	chmod 755 "$TMP" "$TMP/root"
	cp "$WHYRST" "$TMP/whyrst"
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
