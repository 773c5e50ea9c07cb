package io.integrationkit.test.idempotency;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A line to a server that can lose answers and then end like one that was closed in order; a driver then sends again what
 * was not answered.
 */
final class ForgetfulLine implements AutoCloseable {

    private final ServerSocket listener;

    private final int target;

    /** Which of the next answers will be lost; none if it is not positive. */
    private final AtomicInteger lost = new AtomicInteger();

    ForgetfulLine(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return this.listener.getLocalPort();
    }

    /** One of the next answers, counted from 1, ends its connection instead of being carried. */
    void loseAnswer(int number) {
        this.lost.set(number);
    }

    private void accept() throws IOException {
        while (true) {
            Socket client = this.listener.accept();
            Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target);
            start(() -> carry(client, server, false));
            start(() -> carry(server, client, true));
        }
    }

    private void carry(Socket from, Socket to, boolean answers) throws IOException {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[8192];
            for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
                if (answers && this.lost.getAndDecrement() == 1) {
                    return;
                }
                out.write(buffer, 0, read);
            }
        }
    }

    private interface Work {
        void run() throws IOException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException ex) {
                // The line has ended.
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        this.listener.close();
    }
}
