package io.integrationkit.testsupport;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a client and its server, and counts round trips: how often the client speaks after the server did. */
public final class CountingProxy implements AutoCloseable {

    private final ServerSocket listener;

    private final int target;

    private final AtomicInteger roundTrips = new AtomicInteger();

    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    /**
     * Begins to listen.
     *
     * @param target port of the server on this machine
     */
    public CountingProxy(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        daemon(this::accept);
    }

    /** Port to connect to instead of the server's. */
    public int port() {
        return this.listener.getLocalPort();
    }

    /** How many round trips there were up to now. */
    public int roundTrips() {
        return this.roundTrips.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = this.listener.accept();
                Socket server = new Socket(InetAddress.getLoopbackAddress(), this.target);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                this.sockets.add(client);
                this.sockets.add(server);
                AtomicBoolean answered = new AtomicBoolean(true);
                daemon(() -> forward(client, server, () -> {
                    if (answered.getAndSet(false)) {
                        this.roundTrips.incrementAndGet();
                    }
                }));
                daemon(() -> forward(server, client, () -> answered.set(true)));
            }
        } catch (IOException ex) {
            // Closed.
        }
    }

    private static void forward(Socket from, Socket to, Runnable beforeEach) {
        byte[] buffer = new byte[65_536];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                beforeEach.run();
                out.write(buffer, 0, length);
            }
        } catch (IOException ex) {
            // The other side is gone.
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "counting-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        this.listener.close();
        for (Socket socket : this.sockets) {
            socket.close();
        }
    }
}
