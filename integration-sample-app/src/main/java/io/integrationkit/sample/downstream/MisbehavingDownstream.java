package io.integrationkit.sample.downstream;

import io.integrationkit.context.TimeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server with two resources: {@code POST /messages} posts a message to a chat (keeps it in its {@link #log()})
 * and honours {@code Idempotency-Key} (the same key has no second effect and gets the same answer);
 * {@code GET /profiles/<login>} tells a display name. It misbehaves as it is told, and listens on the loopback interface.
 */
public final class MisbehavingDownstream implements AutoCloseable {

    private static final String OUTAGE = "/outage";

    private static final String REPAIR = "/repair";

    private static final String PROFILES = "/profiles/";

    private final ServerSocket server;

    private final Misbehaviour misbehaviour;

    private final TimeSource time;

    private final ExecutorService executor = Executors.newCachedThreadPool((work) -> {
        Thread thread = new Thread(work, "downstream");
        thread.setDaemon(true);
        return thread;
    });

    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

    private final DownstreamLog log = new DownstreamLog();

    private final Outage outage;

    private volatile Condition condition = Condition.MISBEHAVING;

    private MisbehavingDownstream(ServerSocket server, Misbehaviour misbehaviour, TimeSource time) {
        this.server = server;
        this.misbehaviour = misbehaviour;
        this.time = time;
        this.outage = new Outage(misbehaviour, time);
    }

    /**
     * Starts a server.
     *
     * @param misbehaviour how it misbehaves
     * @param time its clock
     * @return the running server, on a port that was free
     */
    public static MisbehavingDownstream start(Misbehaviour misbehaviour, TimeSource time) {
        try {
            ServerSocket server = new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
            MisbehavingDownstream downstream = new MisbehavingDownstream(server, misbehaviour, time);
            downstream.executor.execute(downstream::acceptConnections);
            return downstream;
        } catch (IOException ex) {
            throw new UncheckedIOException("The downstream cannot listen", ex);
        }
    }

    /**
     * Returns where messages are posted.
     *
     * @return address of the resource
     */
    public URI url() {
        return URI.create("http://%s:%d/messages"
                .formatted(this.server.getInetAddress().getHostAddress(), this.server.getLocalPort()));
    }

    /**
     * Returns where somebody may ask it by POST to {@link #goDown()}.
     *
     * @return address of the resource
     */
    public URI outageUrl() {
        return url().resolve(OUTAGE);
    }

    /**
     * Returns where somebody may ask it by POST to {@link #repair()} itself.
     *
     * @return address of the resource
     */
    public URI repairUrl() {
        return url().resolve(REPAIR);
    }

    /** Begins an outage that lasts until the repair: from now on each request is answered 503. */
    public void goDown() {
        this.condition = Condition.DOWN;
    }

    /** Ends all misbehaviour: from now on each request is answered well. */
    public void repair() {
        this.condition = Condition.REPAIRED;
    }

    /**
     * Returns what the server saw and did.
     *
     * @return its log, which grows as long as requests come
     */
    public DownstreamLog log() {
        return this.log;
    }

    /** Stops listening and drops all connections. */
    @Override
    public void close() {
        this.executor.shutdownNow();
        closeQuietly(this.server);
        this.connections.forEach(MisbehavingDownstream::closeQuietly);
    }

    private void acceptConnections() {
        try {
            while (true) {
                Socket socket = this.server.accept();
                this.connections.add(socket);
                this.executor.execute(() -> serve(socket));
            }
        } catch (IOException ex) {
            // Only closing the server ends the loop.
            close();
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            HttpConnection connection = new HttpConnection(socket);
            for (HttpRequest request = connection.read(); request != null; request = connection.read()) {
                handle(request, connection);
            }
        } catch (IOException | NumberFormatException ex) {
            // The client went away or does not speak HTTP: there is nobody to tell.
            closeQuietly(socket);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        } finally {
            this.connections.remove(socket);
        }
    }

    private void handle(HttpRequest request, HttpConnection connection) throws IOException, InterruptedException {
        if (request.method().equals("GET") && request.path().startsWith(PROFILES)) {
            tellProfile(request.path().substring(PROFILES.length()), connection);
            return;
        }
        if (request.method().equals("POST") && request.path().equals(OUTAGE)) {
            goDown();
            connection.answer(200, Map.of(), "{\"down\":true}");
            return;
        }
        if (request.method().equals("POST") && request.path().equals(REPAIR)) {
            repair();
            connection.answer(200, Map.of(), "{\"repaired\":true}");
            return;
        }
        if (!request.method().equals("POST") || !request.path().equals("/messages")) {
            connection.answer(404, Map.of(), "{\"error\":\"not found\"}");
            return;
        }
        ChatRequest message = ChatRequest.read(request);
        if (message == null) {
            connection.answer(400, Map.of(), "{\"error\":\"not a message\"}");
            return;
        }
        int attempt = this.log.arrived(message, this.time.nanoTime());
        Fault fault = faultFor(message, attempt);
        if (fault != null) {
            this.log.met(fault);
        }
        respond(message, attempt, fault, connection);
    }

    private void tellProfile(String login, HttpConnection connection) throws IOException, InterruptedException {
        Fault fault = profileFault(login, this.log.asked(login));
        if (fault == Fault.SLOW_BEFORE_EFFECT) {
            this.time.sleep(this.misbehaviour.slow());
        }
        if (fault == null || fault == Fault.SLOW_BEFORE_EFFECT) {
            connection.answer(200, Map.of(), "{\"name\":\"@%s\"}".formatted(login));
        } else {
            connection.answer(503, Map.of(), "{\"error\":\"unavailable\"}");
        }
    }

    private @Nullable Fault profileFault(String login, int attempt) {
        return switch (this.condition) {
            case REPAIRED -> null;
            case DOWN -> Fault.UNAVAILABLE;
            case MISBEHAVING ->
                this.outage.rules(this.log.effectCount())
                        ? Fault.OUTAGE
                        : this.misbehaviour.chooseForProfile(login, attempt);
        };
    }

    private @Nullable Fault faultFor(ChatRequest message, int attempt) {
        return switch (this.condition) {
            case REPAIRED -> null;
            case DOWN -> Fault.UNAVAILABLE;
            case MISBEHAVING ->
                this.outage.rules(this.log.effectCount())
                        ? Fault.OUTAGE
                        : this.misbehaviour.choose(message.deliveryId(), attempt);
        };
    }

    private void respond(ChatRequest message, int attempt, @Nullable Fault fault, HttpConnection connection)
            throws IOException, InterruptedException {
        if (fault == null) {
            answer(connection, post(message));
            return;
        }
        switch (fault) {
            case RATE_LIMITED -> {
                this.log.askToWait(
                        message,
                        this.time.nanoTime() + this.misbehaviour.retryAfter().toNanos());
                connection.answer(
                        429,
                        Map.of(
                                "Retry-After",
                                Long.toString(this.misbehaviour.retryAfter().toSeconds())),
                        "{\"error\":\"too many requests\"}");
            }
            case SERVER_ERROR -> connection.answer(500, Map.of(), "{\"error\":\"broken\"}");
            case UNAVAILABLE -> connection.answer(503, Map.of(), "{\"error\":\"unavailable\"}");
            case BAD_REQUEST -> connection.answer(400, Map.of(), "{\"error\":\"refused\"}");
            case SLOW_BEFORE_EFFECT -> {
                this.time.sleep(this.misbehaviour.slow());
                answer(connection, post(message));
            }
            case SLOW_AFTER_EFFECT -> {
                int number = post(message);
                this.time.sleep(this.misbehaviour.slow());
                answer(connection, number);
            }
            case RESET_BEFORE_EFFECT -> connection.reset();
            case RESET_AFTER_EFFECT -> {
                post(message);
                connection.reset();
            }
            case OUTAGE -> {
                if (attempt % 2 == 0) {
                    connection.reset();
                } else {
                    connection.answer(503, Map.of(), "{\"error\":\"down\"}");
                }
            }
        }
    }

    private int post(ChatRequest message) {
        return this.log.post(message, this.time.nanoTime());
    }

    private static void answer(HttpConnection connection, int number) throws IOException {
        connection.answer(200, Map.of(), "{\"posted\":%d}".formatted(number));
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception ex) {
            // It is gone either way.
            return;
        }
    }

    /** What it is up to. */
    private enum Condition {
        /** As it was told at the start. */
        MISBEHAVING,
        /** Unavailable to everybody. */
        DOWN,
        /** Well. */
        REPAIRED
    }
}
