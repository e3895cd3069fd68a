#!/bin/bash
# SPDX-License-Identifier: MIT
# A JVM: setSoLinger(true, 0), and a stall (as a long collection) that outlasts its clients.
. "$(dirname "$0")/lib.sh"
begin 40-jvm "Java"
need javac default-jdk-headless
version "$(java -version 2>&1 | head -n 1)"
pair

# java_start PORT MODE
java_start() {
	start server java -Xshare:auto -XX:TieredStopAtLevel=1 "$FIELD/Server.java" "$1" "$2"
	java=$started
	await_port server "$1"
}

story "setSoLinger(true, 0)" <<'TEXT'
Old advice against TIME_WAIT: with it, close() throws away whatever the client has not
acknowledged, and sends a reset. Clients far away lose the end of their answers.
TEXT
staged <<'TEXT'
socket.setSoLinger(true, 0); socket.close();             // after the answer
client: one request
TEXT
java_start 8080 linger
watch server client
client_start
say connect a $SERVER 8080
say send a 'hello\r\n'
say recv a
say recv a
wire server "$SERVER.8080 > .*Flags \[R\.\],"
judge server owner-abort linger-zero at=8080
judge client owner-abort linger-zero top3
change <<'TEXT'
remove `setSoLinger(true, 0)`. If TIME_WAIT is the worry, let the clients close first; for the
server's own ports it costs next to nothing.
TEXT

story "A stall that outlasts the client's patience" <<'TEXT'
The JVM stands still (a long collection, a stuck disk, a frozen container). The client's timeout
strikes, it closes, and when the JVM goes on it answers somebody who has gone: "Connection reset"
or "Broken pipe" in the server's log, for a reset that the client's kernel sent, rightly.
TEXT
staged <<'TEXT'
kill -STOP JVM; client: request, close() after 1 s, unanswered
kill -CONT JVM                                           # 0.5 s later
TEXT
java_start 8081 plain
watch client server
client_start
say connect a $SERVER 8081
say send a 'hello\r\n'
say recv a
stall "$java"
say send a 'hello again\r\n'
sleep 1
say close a
sleep 0.5
kill -CONT "$java"
wire client "10.77.1.1.* > $SERVER.8081: Flags \[R\],"
judge client no-socket write-after-close at=8081
judge server no-socket write-after-close top3 at=8081
change <<'TEXT'
find the stall (`-Xlog:gc,safepoint`, `cpu.stat` of the cgroup for throttling), and set the
client's timeout above the longest pause that you accept.
TEXT
end
