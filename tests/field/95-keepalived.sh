#!/bin/bash
# SPDX-License-Identifier: MIT
# keepalived moves a virtual address to the other host while a connection to it is open.
. "$(dirname "$0")/lib.sh"
begin 95-keepalived "keepalived"
need keepalived keepalived
version "$(keepalived --version 2>&1 | head -n 1 | cut -d' ' -f1,2)"
make_place switch && make_place client && make_place first && make_place second
ip -n "$NS-switch" link add bridge type bridge && ip -n "$NS-switch" link set bridge up
n=0
for place in client first second; do
	n=$((n + 1))
	ip -n "$NS-$place" link add lan type veth peer name "$place" netns "$NS-switch"
	ip -n "$NS-$place" addr add 10.77.1.$n/24 dev lan && ip -n "$NS-$place" link set lan up
	ip -n "$NS-switch" link set "$place" master bridge up
done
VIP=10.77.1.100

# keepalived_start PLACE PRIORITY
keepalived_start() {
	cat >"$DIR/$1.conf" <<-CONF
		global_defs {
		    vrrp_version 3
		}
		vrrp_instance vip {
		    interface lan
		    state BACKUP
		    virtual_router_id 51
		    priority $2
		    advert_int 0.2
		    virtual_ipaddress {
		        $VIP/24
		    }
		}
	CONF
	start "$1" keepalived --dont-fork --log-console --vrrp --use-file "$DIR/$1.conf" \
		--pid "$DIR/$1.pid" --vrrp_pid "$DIR/$1.vrrp"
}
has_vip() { ip -n "$NS-$1" addr show dev lan | grep -q "$VIP"; }

story "The address moves to the other host" <<'TEXT'
keepalived hands a virtual address to the standby host: a failover, a failed health check, or a
restart of keepalived. The new owner has never heard of the open connections and resets each of
them as soon as its client speaks.
TEXT
staged <<'TEXT'
keepalived on two hosts; client: connection to the VIP
kill -TERM KEEPALIVED on the first host; client: the next request
TEXT
for place in first second; do
	start $place python3 "$FIELD/backend.py" 8080 answer
	await_port $place 8080
done
keepalived_start first 200
first=$started
await 10 has_vip first || give_up "keepalived did not take the address: $(tail -n 1 "$DIR/log")"
keepalived_start second 100
sleep 1
watch second client
client_start
say connect a $VIP 8080
say send a 'hello\r\n'
say recv a
kill -TERM "$first"
await 10 has_vip second || complain "the address did not move"
sleep 0.5
say send a 'hello again\r\n'
say recv a
wire second "$VIP.8080 > .*Flags \[R\],"
judge second no-socket vip-moved
judge client no-socket vip-moved listed
change <<'TEXT'
nothing per connection: TCP does not survive a failover without its state. Make the failovers
rarer (`nopreempt`, `fall 3` and `rise 3` of the check script), and the clients reconnect.
TEXT
end
