#!/bin/bash
# SPDX-License-Identifier: MIT
# Samba: smbclient connects to 445 and 139 at once and drops the slower one.
. "$(dirname "$0")/lib.sh"
begin 80-samba "Samba"
need smbd samba
need smbclient smbclient
version "$(smbd --version | sed 's/Version/Samba/')"
pair
mkdir "$DIR/samba"
cat >"$DIR/smb.conf" <<-CONF
	[global]
	    smb ports = 445 139
	    security = user
	    map to guest = bad user
	    disable spoolss = yes
	    load printers = no
	    log file = $DIR/samba/log
	    private dir = $DIR/samba
	    lock directory = $DIR/samba
	    state directory = $DIR/samba
	    cache directory = $DIR/samba
	    pid directory = $DIR/samba
	    ncalrpc dir = $DIR/samba/ncalrpc
	[share]
	    path = $DIR/samba
	    guest ok = yes
CONF
start server smbd --foreground --no-process-group -s "$DIR/smb.conf"
smbd=$started
await_port server 445
await_port server 139

story "Port 139 and port 445 at once" <<'TEXT'
SMB clients try 445 and, a few milliseconds later, the old NetBIOS port 139, keep the first that
is ready and drop the other. If the server answers on the dropped one after that, its packet is
reset. Nothing is wrong, and nothing was lost.
TEXT
staged <<'TEXT'
smbclient -N -L //10.77.1.2                              # the first SYN to 445 is lost,
                                                         # smbd answers on 139 too late
TEXT
# The first SYN to 445 is lost, and smbd is too busy to answer on 139 before 445 is ready after all.
inside server nft add table inet lossy
inside server nft add chain inet lossy input '{ type filter hook input priority 0; }'
inside server nft add rule inet lossy input tcp dport 445 tcp flags syn drop
watch client server
stall "$smbd"
ip netns exec "$NS-client" smbclient -s "$DIR/smb.conf" -N -L "//$SERVER" >>"$DIR/log" 2>&1 &
disown
connected() { inside client ss -Htn state established "dport = :$1" | grep -q .; }
await 20 connected 139 || complain "no connection to port 139"
inside server nft delete table inet lossy
await 20 connected 445 || complain "no connection to port 445"
sleep 0.2
kill -CONT "$smbd"
wire client "10.77.1.1.* > $SERVER.139: Flags \[R"
judge client no-socket parallel-connect-loser expected at=139
judge server no-socket parallel-connect-loser expected top3 at=139
change <<'TEXT'
nothing. With `smb ports = 445` on the server clients have no second port to try.
TEXT
end
