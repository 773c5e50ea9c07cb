package io.integrationkit.outbox;

import io.integrationkit.jdbc.IdleLimit;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.LockConflicts;
import java.sql.Connection;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/**
 * The transactions in which rows of the outbox, of leases and of keys are locked, on connections of the application's
 * pool. The database ends one that stands still for as long as a lease: whoever has the shards by then waits no longer
 * for rows that a process has locked which stands still, and maybe for ever.
 */
final class RelayTransactions {

    private final JdbcAccess access;

    private final IdleLimit limit;

    RelayTransactions(JdbcAccess access, OutboxSpec spec) {
        this.access = access;
        this.limit = new IdleLimit(access.database(), spec.lease());
    }

    IdleLimit limit() {
        return this.limit;
    }

    /** Runs work in a transaction of its own, again if it lost a conflict about locks. */
    <T extends @Nullable Object> T inNew(Supplier<T> work) {
        return LockConflicts.retried(
                this.access.database(),
                () -> this.access.inNewTransaction(() -> {
                    this.limit.limitActiveTransaction(this.access.jdbc());
                    return work.get();
                }));
    }

    /** Runs work in the transaction of the dead letter store that is active, or in one of its own. */
    void inActive(Runnable work) {
        this.access.inTransaction(() -> {
            this.limit.limitActiveTransaction(this.access.jdbc());
            work.run();
            return true;
        });
    }

    /**
     * Runs statements that are committed when this returns. A pool may hand out connections that do not commit by
     * themselves; what is not committed would be undone when the connection is given back.
     */
    void committed(Consumer<JdbcOperations> statements) {
        this.access.jdbc().execute((Connection connection) -> {
            JdbcOperations jdbc = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            if (connection.getAutoCommit()) {
                statements.accept(jdbc);
                return null;
            }
            return this.limit.<@Nullable Object>limited(connection, (limited) -> {
                statements.accept(jdbc);
                limited.commit();
                return null;
            });
        });
    }
}
