package io.integrationkit.outbox;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ClassUtils;

/**
 * Signals by LISTEN and NOTIFY, each on a connection and a thread of its own. Never in the transaction that publishes: a
 * transaction with a NOTIFY takes a lock at its commit that all databases of the server share. While this instance holds
 * all shards nobody is told anything. Behind a proxy that pools by transaction nothing is heard.
 */
final class PostgresSignals implements RelaySignals {

    private static final Logger logger = LoggerFactory.getLogger(PostgresSignals.class);

    private static final String CHANNEL = "integration_outbox";

    /** However much is published, not more is told than one message in that time. */
    private static final Duration DEBOUNCE = Duration.ofMillis(10);

    private static final Duration LISTEN = Duration.ofMillis(250);

    private static final int LISTENS_PER_CHECK = 20;

    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final DataSource dataSource;

    private final OutboxSpec spec;

    private final ShardLeases leases;

    private final String owner;

    private final ReentrantLock lock = new ReentrantLock();

    private final Condition changed = this.lock.newCondition();

    private boolean pending;

    private volatile @Nullable Session session;

    PostgresSignals(DataSource dataSource, OutboxSpec spec, ShardLeases leases, String owner) {
        this.dataSource = dataSource;
        this.spec = spec;
        this.leases = leases;
        this.owner = owner;
    }

    /** The signals of a database, if it has any and they are wanted. */
    static RelaySignals of(JdbcAccess access, OutboxSpec spec, ShardLeases leases, String owner) {
        boolean driver = ClassUtils.isPresent("org.postgresql.PGConnection", PostgresSignals.class.getClassLoader());
        return (access.database() == Database.POSTGRESQL
                        && driver
                        && spec.reading().notifying())
                ? new PostgresSignals(access.dataSource(), spec, leases, owner)
                : NONE;
    }

    @Override
    public void start(Runnable wake) {
        Session begun = new Session(wake);
        this.session = begun;
        begun.run("integration-outbox-listen", begun::listen);
        begun.run("integration-outbox-notify", begun::tell);
    }

    @Override
    public void published() {
        if (this.session == null || this.leases.held().size() == this.spec.shards()) {
            return;
        }
        this.lock.lock();
        try {
            this.pending = true;
            this.changed.signalAll();
        } finally {
            this.lock.unlock();
        }
    }

    @Override
    public void stop() {
        Session ending = this.session;
        this.session = null;
        if (ending != null) {
            ending.stop();
        }
    }

    private Connection open() throws SQLException {
        Connection connection = this.dataSource.getConnection();
        try {
            connection.setAutoCommit(true);
            return connection;
        } catch (SQLException ex) {
            connection.close();
            throw ex;
        }
    }

    private interface Work {

        void run() throws SQLException, InterruptedException;
    }

    /** The two threads between a start and a stop. */
    private final class Session {

        private final Runnable wake;

        private volatile boolean stopping;

        Session(Runnable wake) {
            this.wake = wake;
        }

        void run(String name, Work work) {
            Thread thread = new Thread(() -> again(work), name);
            thread.setDaemon(true);
            thread.start();
        }

        void stop() {
            this.stopping = true;
            PostgresSignals.this.lock.lock();
            try {
                PostgresSignals.this.changed.signalAll();
            } finally {
                PostgresSignals.this.lock.unlock();
            }
        }

        private void again(Work work) {
            try {
                while (!this.stopping) {
                    try {
                        work.run();
                    } catch (SQLException ex) {
                        logger.debug("Instances cannot tell each other of messages; the poll finds them", ex);
                        pause(AGAIN);
                    }
                }
            } catch (InterruptedException ex) {
                logger.debug("The signals were interrupted", ex);
            }
        }

        /** What was told before, while nobody listened, is looked up. */
        private void listen() throws SQLException {
            try (Connection connection = open();
                    Statement statement = connection.createStatement()) {
                PGConnection postgres = connection.unwrap(PGConnection.class);
                try {
                    statement.execute("LISTEN " + CHANNEL);
                    this.wake.run();
                    for (int listens = 1; !this.stopping; listens++) {
                        hear(postgres.getNotifications((int) LISTEN.toMillis()));
                        if (listens % LISTENS_PER_CHECK == 0) {
                            statement.execute("SELECT 1");
                        }
                    }
                } finally {
                    statement.execute("UNLISTEN *");
                }
            }
        }

        private void hear(PGNotification @Nullable [] notifications) {
            if (notifications != null) {
                for (PGNotification notification : notifications) {
                    if (!PostgresSignals.this.owner.equals(notification.getParameter())) {
                        this.wake.run();
                    }
                }
            }
        }

        private void tell() throws SQLException, InterruptedException {
            awaitPublished();
            try (Connection connection = open();
                    PreparedStatement notify = connection.prepareStatement("SELECT pg_notify(?, ?)")) {
                notify.setString(1, CHANNEL);
                notify.setString(2, PostgresSignals.this.owner);
                while (!this.stopping) {
                    notify.execute();
                    pause(DEBOUNCE);
                    awaitPublished();
                }
            } catch (SQLException ex) {
                published();
                throw ex;
            }
        }

        private void awaitPublished() throws InterruptedException {
            PostgresSignals.this.lock.lockInterruptibly();
            try {
                while (!PostgresSignals.this.pending && !this.stopping) {
                    PostgresSignals.this.changed.await();
                }
                PostgresSignals.this.pending = false;
            } finally {
                PostgresSignals.this.lock.unlock();
            }
        }

        private void pause(Duration duration) throws InterruptedException {
            PostgresSignals.this.lock.lockInterruptibly();
            try {
                long left = duration.toNanos();
                while (left > 0 && !this.stopping) {
                    left = PostgresSignals.this.changed.awaitNanos(left);
                }
            } finally {
                PostgresSignals.this.lock.unlock();
            }
        }
    }
}
