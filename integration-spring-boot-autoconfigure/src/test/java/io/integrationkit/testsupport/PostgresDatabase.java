package io.integrationkit.testsupport;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL server, started by the first test of the JVM that needs it and stopped with the JVM; each caller
 * gets a fresh database with our tables.
 */
public final class PostgresDatabase {

    private static final AtomicInteger COUNT = new AtomicInteger();

    private PostgresDatabase() {}

    /**
     * Creates a database on the server.
     *
     * @return access to it
     */
    public static JdbcAccess access() {
        return Databases.open(Database.POSTGRESQL, url(), "postgres");
    }

    /**
     * Creates an empty database on the server.
     *
     * @return its JDBC address, for user {@code postgres} without password
     */
    public static String url() {
        String name = "test" + COUNT.incrementAndGet();
        try (Connection connection = Server.INSTANCE.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE " + name);
        } catch (SQLException ex) {
            throw new IllegalStateException("Database " + name + " could not be created", ex);
        }
        return Server.INSTANCE.getJdbcUrl("postgres", name);
    }

    private static final class Server {

        static final EmbeddedPostgres INSTANCE = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("max_connections", "400")
                        .start();
            } catch (IOException ex) {
                throw new UncheckedIOException("The embedded PostgreSQL did not start", ex);
            }
        }
    }
}
