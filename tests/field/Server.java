// SPDX-License-Identifier: MIT
import java.net.ServerSocket;
import java.net.Socket;

/** Server.java PORT linger|plain: answers each read; linger: aborts after the first. */
class Server {
	public static void main(String[] args) throws Exception {
		byte[] answer = "hello\n".getBytes();
		byte[] request = new byte[4096];
		try (ServerSocket listener = new ServerSocket(Integer.parseInt(args[0]))) {
			while (true) {
				try (Socket client = listener.accept()) {
					while (client.getInputStream().read(request) > 0) {
						client.getOutputStream().write(answer);
						if (args[1].equals("linger")) {
							client.setSoLinger(true, 0);
							break;
						}
					}
				} catch (java.io.IOException e) {
					System.out.println(e);
				}
			}
		}
	}
}
