package io.integrationkit.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on this machine whose line to the target can be made bad while it is used, to see how a client takes it:
 *
 * <pre>{@code
 * try (TcpFaultProxy proxy = TcpFaultProxy.to("127.0.0.1", 5432)) {
 *     // the client connects to proxy.port()
 *     proxy.stall(TcpFaultProxy.Direction.TO_CLIENT); // answers get lost
 *     ...
 *     proxy.heal();
 * }
 * }</pre>
 *
 * <p>Faults of the line ({@link #cut}, {@link #stall}, {@link #delay}, {@link #throttle}) last until {@link #heal} and
 * hold for open and new connections; they can be combined. {@link #reset} and {@link #halfOpen} happen once, to the
 * connections that are open ({@link Counts#open}; a client may be ahead of that until the first byte is carried). Where the
 * target cannot be reached, the client's connection is reset. An end of stream is carried like data, so each side may finish what it says while the other still listens.
 *
 * <p>A client that is told another address of its server, as a Kafka client is by {@code advertised.listeners}, goes
 * round the proxy: the server must advertise the proxy's port.
 *
 * <p>Each connection has two daemon threads. Safe for use by any number of threads.
 */
public final class TcpFaultProxy implements AutoCloseable {

    private static final int CONNECT_MILLIS = 5000;

    private final InetSocketAddress target;

    private final ServerSocket listener;

    private final LineState toTarget = new LineState();

    private final LineState toClient = new LineState();

    private final Set<ProxiedConnection> connections = ConcurrentHashMap.newKeySet();

    private final AtomicLong accepted = new AtomicLong();

    private final AtomicLong refused = new AtomicLong();

    private volatile boolean cut;

    private volatile boolean closed;

    private final CountDownLatch acceptingEnded = new CountDownLatch(1);

    private TcpFaultProxy(InetSocketAddress target, ServerSocket listener) {
        this.target = target;
        this.listener = listener;
    }

    /**
     * Starts a proxy on a free port of the loopback address. The target is connected to when a client comes, so it need
     * not be there yet.
     *
     * @param host name or address of the target
     * @param port port of the target
     * @return the proxy, which listens
     * @throws UncheckedIOException if there is no free port
     */
    public static TcpFaultProxy to(String host, int port) {
        try {
            ServerSocket listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
            TcpFaultProxy proxy = new TcpFaultProxy(InetSocketAddress.createUnresolved(host, port), listener);
            ProxiedConnection.daemon("fault-proxy-" + listener.getLocalPort(), proxy::accept);
            return proxy;
        } catch (IOException ex) {
            throw new UncheckedIOException("No port for a proxy", ex);
        }
    }

    /**
     * Returns the port clients connect to. It stays the same whatever happens.
     *
     * @return a port of the loopback address
     */
    public int port() {
        return this.listener.getLocalPort();
    }

    /**
     * Resets all connections, and each new one at once, until {@link #heal}. The port stays taken, so nobody else can
     * get it meanwhile; a client sees its connection reset, not refused.
     */
    public void cut() {
        this.cut = true;
        reset();
    }

    /**
     * Carries nothing in that direction until {@link #heal}: a sender fills the buffers and waits, a reader waits.
     * Connections stay open and new ones are accepted. What is just being written may still pass. After {@link #heal}
     * all of it arrives.
     *
     * @param direction which way
     */
    public void stall(Direction direction) {
        line(direction).stall();
    }

    /**
     * Carries everything later by a fixed time, until {@link #heal}. How much can be carried does not change.
     *
     * @param direction which way
     * @param delay how much later; zero for no delay
     */
    public void delay(Direction direction, Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("'delay' must not be negative but is " + delay);
        }
        line(direction).delay(delay.toNanos());
    }

    /**
     * Carries at most so much in that direction on each connection, until {@link #heal}.
     *
     * @param direction which way
     * @param bytesPerSecond how much, at least 1
     */
    public void throttle(Direction direction, long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("'bytesPerSecond' must be at least 1 but is " + bytesPerSecond);
        }
        line(direction).throttle(bytesPerSecond);
    }

    /** Resets the connections that are open, on both sides. New ones are not affected. */
    public void reset() {
        this.connections.forEach(ProxiedConnection::reset);
    }

    /**
     * Resets the target's side of the connections that are open and leaves the client's open and silent, as if the
     * target's machine had died: what the client sends is swallowed, and nothing ever comes. New ones are not affected.
     */
    public void halfOpen() {
        this.connections.forEach(ProxiedConnection::abandonTarget);
    }

    /** Ends the faults of the line. What was held back is carried. May be called when there are none. */
    public void heal() {
        this.cut = false;
        this.toTarget.heal();
        this.toClient.heal();
    }

    /**
     * Returns what went through so far.
     *
     * @return a copy
     */
    public Counts counts() {
        return new Counts(
                this.accepted.get(),
                this.refused.get(),
                this.connections.size(),
                this.toTarget.carried(),
                this.toClient.carried());
    }

    private LineState line(Direction direction) {
        return (direction == Direction.TO_TARGET) ? this.toTarget : this.toClient;
    }

    private void accept() {
        while (!this.closed) {
            try {
                Socket client = this.listener.accept();
                ProxiedConnection.daemon("fault-proxy-connect", () -> connect(client));
            } catch (IOException ex) {
                // A client that is gone again, or the end of this proxy, which the loop asks for.
            }
        }
        this.acceptingEnded.countDown();
    }

    private void connect(Socket client) {
        Socket server = this.cut ? null : target();
        if (server == null) {
            this.refused.incrementAndGet();
            ProxiedConnection.resetQuietly(client);
            return;
        }
        ProxiedConnection connection =
                new ProxiedConnection(client, server, this.toTarget, this.toClient, this.connections::remove);
        this.connections.add(connection);
        this.accepted.incrementAndGet();
        if (this.cut || this.closed) {
            connection.reset();
        }
        connection.start();
    }

    private @Nullable Socket target() {
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(this.target.getHostString(), this.target.getPort()), CONNECT_MILLIS);
            return socket;
        } catch (IOException ex) {
            ProxiedConnection.resetQuietly(socket);
            return null;
        }
    }

    /**
     * Resets all connections and gives the port back, which is free when this returns, unless the thread is interrupted
     * meanwhile. Closed twice, nothing happens.
     */
    @Override
    public void close() {
        this.closed = true;
        try {
            this.listener.close();
        } catch (IOException ex) {
            throw new UncheckedIOException("Port " + port() + " cannot be given back", ex);
        }
        awaitEndOfAccepting();
        heal();
        reset();
    }

    /** A thread that waits for a client holds the port until it has seen that it is closed. */
    private void awaitEndOfAccepting() {
        try {
            this.acceptingEnded.await();
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    /** Which way data goes. */
    public enum Direction {

        /** What the client says. */
        TO_TARGET,

        /** What the target answers. */
        TO_CLIENT
    }

    /**
     * What went through a proxy.
     *
     * @param accepted connections of clients that were connected to the target
     * @param refused connections of clients that were not: the line was cut, or the target not there
     * @param open connections that are open
     * @param bytesToTarget bytes carried to the target
     * @param bytesToClient bytes carried to clients
     */
    public record Counts(long accepted, long refused, int open, long bytesToTarget, long bytesToClient) {}
}
