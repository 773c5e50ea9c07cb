package io.integrationkit.test;

import java.io.IOException;
import java.net.Socket;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** One client and its connection to the target, each direction carried by a thread of its own. */
final class ProxiedConnection {

    private final Socket client;

    private final Socket target;

    private final LineState toTarget;

    private final LineState toClient;

    private final Consumer<ProxiedConnection> ended;

    private final AtomicInteger directionsOpen = new AtomicInteger(2);

    private volatile boolean over;

    private volatile boolean abandoned;

    ProxiedConnection(
            Socket client, Socket target, LineState toTarget, LineState toClient, Consumer<ProxiedConnection> ended) {
        this.client = client;
        this.target = target;
        this.toTarget = toTarget;
        this.toClient = toClient;
        this.ended = ended;
    }

    static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    void start() {
        daemon("fault-proxy-to-target", () -> carry(this.client, this.target, this.toTarget));
        daemon("fault-proxy-to-client", () -> carry(this.target, this.client, this.toClient));
    }

    private void carry(Socket from, Socket to, LineState line) {
        try {
            from.setTcpNoDelay(true);
            new LineCarrier(from, to, line, this::over).run();
            to.shutdownOutput();
        } catch (IOException ex) {
            lost(from);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        if (this.directionsOpen.decrementAndGet() == 0) {
            end();
        }
    }

    private boolean over() {
        return this.over;
    }

    private void lost(Socket from) {
        if (!this.abandoned) {
            reset();
        } else if (from == this.client) {
            swallow();
        }
    }

    /** Until the client gives up. */
    private void swallow() {
        try {
            this.client.setSoTimeout(0);
            byte[] buffer = new byte[8192];
            int read = 0;
            while (read >= 0) {
                read = this.client.getInputStream().read(buffer);
            }
        } catch (IOException ex) {
            reset();
        }
        end();
    }

    /** Both sides learn that the connection is lost, also in the middle of an answer. */
    void reset() {
        this.over = true;
        resetQuietly(this.client);
        resetQuietly(this.target);
        end();
    }

    void abandonTarget() {
        this.abandoned = true;
        resetQuietly(this.target);
        this.toTarget.wake();
        this.toClient.wake();
    }

    private void end() {
        this.over = true;
        closeQuietly(this.client);
        closeQuietly(this.target);
        this.toTarget.wake();
        this.toClient.wake();
        this.ended.accept(this);
    }

    static void resetQuietly(Socket socket) {
        try {
            socket.setSoLinger(true, 0);
        } catch (IOException ex) {
            // It is closed already, which is what is wanted.
            return;
        } finally {
            closeQuietly(socket);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException ex) {
            // The other side was faster.
            return;
        }
    }
}
