/* SPDX-License-Identifier: MIT */
/* Programs in JavaScript and Java. */
#include "scenarios/servers.h"

pid_t server_node(struct lab *lab, const char *settings)
{
	struct endpoint at = lab_at(lab, LAB_SERVER, 0, 0);
	char host[ENDPOINT_TEXT_MAX];
	pid_t pid;

	endpoint_format_host(&at, host);
	lab_file(lab, "server.js",
		 "const server = require('http').createServer((q, a) => a.end('hello'));\n"
		 "%s\n"
		 "server.listen(%u, '%s');\n",
		 settings, at.port, host);
	pid = lab_start(lab, LAB_SERVER, "exec node server.js >log 2>&1");
	lab_patience(lab, 10000);
	lab_await_listener(lab, LAB_SERVER, at);
	lab_patience(lab, 5000);
	return pid;
}

static const char node_client[] =
	"const http = require('http'), fs = require('fs');\n"
	"const [host, port, timeout] = process.argv.slice(2);\n"
	"const agent = new http.Agent({ keepAlive: true, maxSockets: 1, timeout: +timeout });\n"
	"const ask = (name, then) => http.get({ host, port, agent }, (answer) => {\n"
	"	answer.resume();\n"
	"	answer.on('end', () => { console.log(`${name}=${answer.statusCode}`); then(); });\n"
	"}).on('error', (e) => { console.log(`${name}=${e.code}: ${e.message}`); then(); });\n"
	"const go = () => fs.existsSync('go') ? ask('second', () => {}) : setTimeout(go, 2);\n"
	"ask('first', go);\n";

pid_t server_node_client(struct lab *lab, unsigned int idle_ms)
{
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, 0);
	char host[ENDPOINT_TEXT_MAX];

	endpoint_format_host(&to, host);
	lab_file(lab, "client.js", "%s", node_client);
	return lab_start(lab, LAB_CLIENT, "exec node client.js %s %u %u >client 2>errors", host,
			 to.port, idle_ms);
}

static const char java_client[] =
	"import java.io.*;\n"
	"import java.net.Socket;\n"
	"class Client {\n"
	"	interface Call { Object run() throws IOException; }\n"
	"	static void say(String name, Call call) {\n"
	"		Object result;\n"
	"		try { result = call.run(); } catch (IOException e) { result = e; }\n"
	"		System.out.println(name + \"=\" + result);\n"
	"		System.out.flush();\n"
	"	}\n"
	"	static Object write(Socket socket) throws IOException {\n"
	"		socket.getOutputStream().write(\"request\".getBytes());\n"
	"		return \"written\";\n"
	"	}\n"
	"	public static void main(String[] args) throws Exception {\n"
	"		Socket socket = new Socket(args[1], Integer.parseInt(args[2]));\n"
	"		say(\"write\", () -> write(socket));\n"
	"		if (args[0].equals(\"write\")) {\n"
	"			while (!new File(\"go\").exists()) Thread.sleep(2);\n"
	"			say(\"write\", () -> write(socket));\n"
	"			say(\"write\", () -> write(socket));\n"
	"		}\n"
	"		say(\"read\", () -> socket.getInputStream().read(new byte[64]));\n"
	"		if (args[0].equals(\"linger\"))\n"
	"			say(\"setSoLinger\", () -> { socket.setSoLinger(true, 0); return "
	"\"done\"; "
	"});\n"
	"		say(\"close\", () -> { socket.close(); return \"closed\"; });\n"
	"	}\n"
	"}\n";

pid_t server_java_client(struct lab *lab, const char *what)
{
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, 0);
	char host[ENDPOINT_TEXT_MAX];

	endpoint_format_host(&to, host);
	lab_file(lab, "Client.java", "%s", java_client);
	lab_patience(lab, 15000); /* it is compiled first */
	return lab_start(lab, LAB_CLIENT,
			 "exec java -Xshare:auto -XX:TieredStopAtLevel=1 -XX:+UseSerialGC "
			 "Client.java %s %s %u >client 2>errors",
			 what, host, to.port);
}
