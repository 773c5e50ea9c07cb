package io.integrationkit.idempotency;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.LockConflicts;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Keys of the table {@code integration_idempotency} in the transaction of the work: the row is inserted, or taken over,
 * and completed on its connection, one round trip each.
 *
 * <p>A crash before the commit leaves nothing, and one after it leaves effect and result. Until then nobody sees the row,
 * but whoever inserts the same key waits for the end of the transaction. Where several wait and it rolls back, MariaDB
 * and MySQL let one in and end the transactions of the others; PostgreSQL ends that of a waiter whose snapshot is from
 * before a commit. Both are told as a {@link ClaimConflictException}, and such a transaction is marked: what it would do
 * after that must not commit.
 */
final class JdbcTransactionalKeys implements TransactionalKeys {

    /** Each round that fails was won by another call. */
    private static final int ROUNDS = 4;

    private static final LockWait AS_LONG_AS_NEEDED = new LockWait(null, true);

    private final JdbcAccess access;

    private final KeyTable table;

    private final KeyStatements statements;

    JdbcTransactionalKeys(JdbcAccess access, KeyTable table, KeyStatements statements) {
        this.access = access;
        this.table = table;
        this.statements = statements;
    }

    @Override
    public PlatformTransactionManager transactionManager() {
        return this.access.transactionManager();
    }

    @Override
    public boolean inTransaction() {
        return this.access.inTransaction();
    }

    @Override
    public Claim claim(ClaimRequest request, Duration maxWait) {
        if (!inTransaction()) {
            throw new IllegalTransactionStateException(
                    "The claim of " + request.key() + " has no transaction of the store's own database to be part of");
        }
        LockWait wait = new LockWait(maxWait, true);
        for (int round = 0; round < ROUNDS; round++) {
            Claim claim = attempt(request, wait);
            if (claim != null) {
                return claim;
            }
        }
        this.access.rollBackOnly();
        throw new ClaimConflictException(
                request.key(),
                new OptimisticLockingFailureException("The key changed with each of " + ROUNDS + " looks"));
    }

    private @Nullable Claim attempt(ClaimRequest request, LockWait wait) {
        try {
            return this.access.jdbc().<@Nullable Claim>execute((ConnectionCallback<@Nullable Claim>)
                    (connection) -> this.statements.claim(connection, request, wait));
        } catch (DataAccessException ex) {
            Database database = this.access.database();
            if (LockConflicts.isWaitOver(database, ex)) {
                if (database == Database.POSTGRESQL) {
                    this.access.rollBackOnly();
                }
                return new Claim.InProgress(request.lease());
            }
            if (LockConflicts.isLost(database, ex)) {
                this.access.rollBackOnly();
                throw new ClaimConflictException(request.key(), ex);
            }
            throw ex;
        }
    }

    @Override
    public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
        return updated(this.table.complete, KeyTable.result(result, ttl).and(KeyTable.held(token)));
    }

    @Override
    public boolean release(ClaimToken token) {
        String statement = (token.deadLetterId() != null) ? KeyTable.RELEASE_TO_ENTRY : KeyTable.RELEASE;
        return updated(statement, KeyTable.held(token));
    }

    private boolean updated(String statement, Parameters parameters) {
        return Objects.requireNonNull(this.access.jdbc().execute((ConnectionCallback<Integer>)
                        (connection) -> this.statements.update(connection, statement, parameters, AS_LONG_AS_NEEDED)))
                == 1;
    }
}
