package io.integrationkit.testsupport;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;

/** A real Redis server that nobody else uses; it can be stopped and started again, and has then forgotten everything. */
public final class RedisServer implements AutoCloseable {

    private final int port = freePort();

    private redis.embedded.RedisServer server = start();

    /** Address of the server. */
    public String url() {
        return "redis://127.0.0.1:" + this.port;
    }

    /** A client of it, as an instance of an application would have. */
    public RedisClient client() {
        RedisClient client = RedisClient.create(RedisURI.create(url()));
        client.setOptions(ClientOptions.builder()
                .socketOptions(io.lettuce.core.SocketOptions.builder()
                        .connectTimeout(Duration.ofSeconds(5))
                        .build())
                .build());
        return client;
    }

    /** Stops the server. */
    public void stop() {
        try {
            this.server.stop();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    /** Starts the server again. */
    public void restart() {
        this.server = start();
    }

    private redis.embedded.RedisServer start() {
        try {
            redis.embedded.RedisServer started = redis.embedded.RedisServer.newRedisServer()
                    .port(this.port)
                    .bind("127.0.0.1")
                    .setting("save \"\"")
                    .setting("appendonly no")
                    .build();
            started.start();
            return started;
        } catch (IOException ex) {
            throw new UncheckedIOException("The embedded Redis did not start", ex);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @Override
    public void close() {
        if (this.server.isActive()) {
            stop();
        }
    }
}
