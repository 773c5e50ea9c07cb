package io.integrationkit.outbox;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.support.JdbcUtils;

/**
 * The connection that renews the leases, kept open and for nothing else: work that uses up the pool, or waits in it,
 * must not cost a lease. Used by one thread at a time.
 */
final class LeaseConnection {

    private static final Logger logger = LoggerFactory.getLogger(LeaseConnection.class);

    private final DataSource dataSource;

    private final Duration timeout;

    private @Nullable Connection connection;

    private @Nullable JdbcOperations jdbc;

    LeaseConnection(DataSource dataSource, Duration timeout) {
        this.dataSource = dataSource;
        this.timeout = timeout;
    }

    JdbcOperations open() {
        JdbcOperations opened = this.jdbc;
        if (opened == null) {
            opened = connect();
            this.jdbc = opened;
        }
        return opened;
    }

    private JdbcOperations connect() {
        try {
            Connection opened = this.dataSource.getConnection();
            this.connection = opened;
            opened.setAutoCommit(true);
            limitWaiting(opened, this.timeout);
            return new JdbcTemplate(new SingleConnectionDataSource(opened, true));
        } catch (SQLException ex) {
            close();
            throw new CannotGetJdbcConnectionException("No connection for the leases of the outbox", ex);
        }
    }

    /** A renewal that hangs longer than the lease is worth nothing any more. */
    private static void limitWaiting(Connection opened, Duration most) {
        try {
            opened.setNetworkTimeout(Runnable::run, (int) Math.min(Integer.MAX_VALUE, most.toMillis()));
        } catch (SQLException ex) {
            logger.debug("The driver knows no network time-out", ex);
        }
    }

    /** Runs a query that may take no longer than this; one that does costs the connection. */
    <T> T within(Duration most, Supplier<T> query) {
        Connection opened = this.connection;
        if (opened == null) {
            return query.get();
        }
        limitWaiting(opened, most);
        try {
            return query.get();
        } finally {
            limitWaiting(opened, this.timeout);
        }
    }

    void close() {
        JdbcUtils.closeConnection(this.connection);
        this.connection = null;
        this.jdbc = null;
    }
}
