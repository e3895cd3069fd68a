#!/bin/bash
# SPDX-License-Identifier: MIT
# `whyrst check` on a host with many connections, in a network namespace of its own (as root):
#   check.sh BUILD_FOLDER check   beside netstat, ss, nc and curl, without and with 400,000 sockets
#   check.sh BUILD_FOLDER rate    1,000 checks a second: what stays behind
#   check.sh BUILD_FOLDER vrrp    keepalived on two hosts, the first one with 400,000 sockets: who has
#                                 the address, by which check, and after which time
# CHECK_SOCKETS (400000), CHECK_RUNS (1000), CHECK_SECONDS (20, of rate)
set -u
[ -n "${CHECK_INSIDE:-}" ] || exec env CHECK_INSIDE=1 unshare --net --mount --propagation private bash "$0" "$@"
dir=$(realpath "$1/bench")
whyrst=$(realpath "$1/whyrst")
part=$2
sockets=${CHECK_SOCKETS:-400000}
runs=${CHECK_RUNS:-1000}
port=8080
work=$(mktemp -d)
jobs=()
clean_up() {
	exec 7>&-
	[ ${#jobs[@]} -eq 0 ] || kill "${jobs[@]}" 2>/dev/null
	[ -z "${second:-}" ] || kill "$second" 2>/dev/null
	wait
	rm -rf "$work"
}
trap clean_up EXIT
have() { command -v "$1" >/dev/null; }
established() { awk '/^TCP:/ { print $3 }' /proc/net/sockstat; }

ip link set lo up || exit 1
# The server: it answers curl, too.
serve() {
	"${PYTHON:-python3}" -m http.server "$port" >/dev/null 2>&1 &
	server=$!
	jobs+=($server)
	until "$whyrst" check "$port" >/dev/null; do sleep 0.1; done
}
crowd() {
	mkfifo "$work/hold"
	exec 7<>"$work/hold"
	: >"$work/ready"
	"$dir/check_sockets" "$1" <"$work/hold" >"$work/ready" 7>&- &
	jobs+=($!)
	until grep -q ready "$work/ready"; do
		kill -0 $! || exit 1
		sleep 0.1
	done
}
# times RUNS COMMAND: into $p50 $p99 $max $cpu $status
times() {
	local n=$1
	shift
	read -r p50 p99 max cpu status < <("$dir/check_times" "$n" "$@")
}
row() { printf '%-34s %8s %8s %8s %8s %8s\n' "$@"; }

compare() {
	local base name
	declare -A commands=(
		[1 whyrst check]="$runs|$whyrst check $port"
		[2 whyrst check --connect]="$runs|$whyrst check --connect 127.0.0.1:$port"
		[3 netstat -tln \| grep]="20|sh -c 'netstat -tln | grep :$port'"
		[4 ss -ltn \| grep]="50|sh -c 'ss -ltn | grep :$port'"
		[5 ss -ltn \'sport = :P\']="50|ss -Hltn 'sport = :$port'"
		[6 ss -tn \'sport = :P\']="20|ss -Htn 'sport = :$port'"
		[7 nc -z]="50|nc -z 127.0.0.1 $port"
		[8 curl]="50|curl -so /dev/null http://127.0.0.1:$port/"
		[9 /bin/true]="$runs|/bin/true"
	)
	row "$(established) sockets" "p50 ms" "p99 ms" "max ms" "cpu ms" ratio
	while read -r name; do
		read -r word _ <<<"${name#* }"
		have "${word/whyrst/sh}" || { row "${name#* }" "not installed" "" "" "" ""; continue; }
		eval "times ${commands[$name]/|/ }"
		base=${base:-$p50}
		row "${name#* }" "$p50" "$p99" "$max" "$cpu" "$(awk "BEGIN { printf \"%.1f\", $p50 / $base }")"
		[ "$status" = 0 ] || echo "  its last status was $status"
		[ "$name" != "1 whyrst check" ] || ours=$p99
	done < <(printf '%s\n' "${!commands[@]}" | sort)
}

case $part in
check)
	serve
	compare
	before=$ours
	crowd "$sockets"
	compare
	echo "check: p99 of $runs whole commands: $ours ms with $(established) sockets (bar 5), $before ms without"
	;;
rate)
	serve
	state() {
		awk '/^(MemAvailable|Slab):/ { printf "%s %s kB  ", $1, $2 }' /proc/meminfo
		awk '/^TCP:/ { printf "tcp %s tw %s  ", $3, $7 }' /proc/net/sockstat
		echo "netlink $(($(wc -l </proc/net/netlink) - 1))"
	}
	"$dir/check_times" 1000 "$whyrst" check "$port" >/dev/null
	echo "before: $(state)"
	seconds=${CHECK_SECONDS:-20}
	begin=$EPOCHREALTIME
	for _ in 1 2; do "$dir/check_times" -r 500 "$seconds" "$whyrst" check "$port" & done >"$work/rate"
	wait $! && wait -n 2>/dev/null
	while [ "$(wc -l <"$work/rate")" -lt 2 ]; do sleep 0.05; done
	took=$(awk "BEGIN { print $EPOCHREALTIME - $begin }")
	echo "after:  $(state)"
	awk -v t="$took" '{ n += $1; late += $6; if ($3 > p) p = $3 } END {
		printf "check-rate: %d checks in %.1f s: %.0f a second (bar 1000), p99 %.2f ms, %d of them more than a second late\n", n, t, n / t, p, late }' "$work/rate"
	;;
vrrp)
	for tool in keepalived netstat; do have $tool || { echo "check-vrrp: $tool is not installed"; exit 0; }; done
	vip=10.77.9.9
	interval=1 patience=${CHECK_PATIENCE:-0.5}
	unshare --net sleep 3600 &
	second=$!
	there() { nsenter --net="/proc/$second/ns/net" "$@"; }
	until [ "$(readlink "/proc/$second/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.02; done
	there ip link set lo up
	ip link add lan type veth peer name lan netns "$second"
	ip addr add 10.77.9.1/24 dev lan && ip link set lan up
	there ip addr add 10.77.9.2/24 dev lan && there ip link set lan up
	# keepalived HOST PRIORITY SCRIPT
	configure() {
		cat >"$work/$1.conf" <<-CONF
			global_defs {
			    script_user root
			}
			vrrp_script service {
			    script "$3"
			    interval $interval
			    timeout 1
			    fall 1
			    rise 1
			}
			vrrp_instance one {
			    interface lan
			    state BACKUP
			    virtual_router_id 51
			    priority $2
			    advert_int 0.2
			    virtual_ipaddress {
			        $vip/24
			    }
			    track_script {
			        service
			    }
			}
		CONF
		chmod 600 "$work/$1.conf"
	}
	keep() {
		"${@:2}" keepalived --dont-fork --log-console --log-detail --vrrp --use-file "$work/$1.conf" \
			--pid "$work/$1.pid" --vrrp_pid "$work/$1.vrrp" >>"$work/$1.log" 2>&1 &
		keepers+=($!)
	}
	here_has() { ip addr show dev lan | grep -q "$vip/"; }
	there_has() { there ip addr show dev lan | grep -q "$vip/"; }
	await() {
		local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
		until "$2"; do
			[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
			sleep 0.02
		done
	}
	stop() {
		kill "${keepers[@]}" 2>/dev/null
		wait "${keepers[@]}" 2>/dev/null
		keepers=()
		ip addr del "$vip/24" dev lan 2>/dev/null
		there ip addr del "$vip/24" dev lan 2>/dev/null
	}
	bad=0
	wrong() {
		echo "check-vrrp: WRONG: $*"
		tail -n 5 "$work"/*.log
		bad=1
	}
	mkdir "$work/bin" && chmod 755 "$work" "$work/bin"
	printf '#!/bin/sh\nexec timeout %s sh -c "netstat -tln | grep -q :%s"\n' $patience $port >"$work/bin/netstat-grep"
	printf '#!/bin/sh\nexec timeout %s %s check --vrrp %s\n' $patience "$whyrst" $port >"$work/bin/whyrst-check"
	printf '#!/bin/sh\nexit 0\n' >"$work/bin/healthy"
	chmod 755 "$work"/bin/*
	keepers=()
	serve
	crowd "$sockets"
	echo "the first host has $(established) sockets; a check has $patience s, once in $interval s"

	configure first 200 "$work/bin/whyrst-check"
	configure second 100 "$work/bin/healthy"
	keep first
	keep second there
	await 10 here_has || wrong "the first host did not take the address"
	sleep 1
	moved=0
	for _ in $(seq 300); do
		here_has && ! there_has || moved=1
		sleep 0.1
	done
	[ $moved = 0 ] && echo "check-vrrp: whyrst check --vrrp: the address stayed for 30 s" ||
		wrong "the address moved although the server is well"
	kill "$server"
	begin=$EPOCHREALTIME
	if await 10 there_has; then
		echo "check-vrrp: the server was killed: the address is on the second host after $(awk "BEGIN { printf \"%.2f\", $EPOCHREALTIME - $begin }") s (interval $interval s, three adverts of 0.2 s)"
	else
		wrong "the server is dead, and the address stays"
	fi
	stop

	serve
	configure first 200 "$work/bin/netstat-grep"
	keep first
	keep second there
	begin=$EPOCHREALTIME
	await 10 here_has
	sleep 3
	if await 30 there_has; then
		echo "check-vrrp: netstat -tln | grep, the server well: the address left the first host (keepalived: $(grep -oE 'Script .*' "$work/first.log" | tail -n 1))"
	else
		wrong "with netstat the address stayed: $(awk "BEGIN { print $EPOCHREALTIME - $begin }") s"
	fi
	stop
	exit $bad
	;;
esac
