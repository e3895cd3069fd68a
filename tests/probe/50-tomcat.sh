#!/bin/bash
# SPDX-License-Identifier: MIT
# Tomcat: connectionTimeout, keepAliveTimeout, maxKeepAliveRequests.
. "$(dirname "$0")/lib.sh"
begin 50-tomcat Tomcat
need java default-jre-headless
home=/usr/share/tomcat10
[ -e $home/bin/bootstrap.jar ] || give_up "Tomcat is not installed (Debian package tomcat10)"
version "Tomcat $(java -cp $home/lib/catalina.jar org.apache.catalina.util.ServerInfo | sed -n 's/^Server number: *//p')"
pair
mkdir -p "$DIR"/{conf,temp,work,logs,webapps/ROOT}
echo hello >"$DIR/webapps/ROOT/index.html"
echo '<web-app/>' >"$DIR/conf/web.xml"
cat >"$DIR/conf/server.xml" <<CONF
<Server port="-1"><Service name="Catalina">
<Connector port="80" protocol="HTTP/1.1" connectionTimeout="5000" keepAliveTimeout="7000" maxKeepAliveRequests="20"/>
<Engine name="Catalina" defaultHost="localhost"><Host name="localhost" appBase="webapps"/></Engine>
</Service></Server>
CONF
start server java -XX:TieredStopAtLevel=1 -cp $home/bin/bootstrap.jar:$home/bin/tomcat-juli.jar \
	-Dcatalina.home=$home -Dcatalina.base="$DIR" -Djava.io.tmpdir="$DIR/temp" org.apache.catalina.startup.Bootstrap start
await_port server 80
record server 80
probe 80 --max 16s --requests 100
probes
truth 80 "keepAliveTimeout 7000" idle_after_request_ms 7 "0.5 s" wire
truth 80 "connectionTimeout 5000" idle_before_request_ms 5 "0.5 s" wire
truth 80 "maxKeepAliveRequests 20" max_requests 20 exact count
end
