package io.integrationkit.idempotency;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.LockConflicts;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;

/**
 * Keys in the table {@code integration_idempotency}. Every time is the database's; every statement has a connection of
 * its own in auto-commit mode, so that a claim survives the rollback of the caller, no connection is held while the
 * method runs, and no commit costs a round trip.
 *
 * <p>A claim inserts its row and reads what is there then, in one round trip where the engine can (not on MySQL). A
 * duplicate so writes nothing. A row whose holder may be followed is taken over by an update that names the owner, epoch
 * and state that were read: of several thieves one wins, and the others begin anew. All that a holder writes names its
 * owner and epoch as well, so the late write of a call that lost its key changes nothing.
 *
 * <p>A crash after the claim leaves a row IN_PROGRESS, taken over when its lease is over; a crash after the effect but
 * before the completion leaves the same row, and the effect happens again. A row deleted between insert and read (a
 * release, the clean-up) lets the claim begin anew.
 */
final class JdbcIdempotencyStore implements IdempotencyStore {

    /** Each round that fails was won by another call, so a few are enough. */
    private static final int ROUNDS = 16;

    private static final int WRITES = 3;

    /** Others hold a row while they commit; longer only where their claim is part of a longer transaction. */
    private static final LockWait BRIEFLY = new LockWait(Duration.ofMillis(250), false);

    private static final LockWait AS_LONG_AS_NEEDED = new LockWait(null, false);

    private final JdbcAccess access;

    private final KeyTable table;

    private final KeyStatements statements;

    private final JdbcKeyInspection inspection;

    private final TransactionalKeys transactional;

    private final ExpiredKeys expired;

    JdbcIdempotencyStore(JdbcAccess access) {
        this.access = access;
        this.table = new KeyTable(access.database());
        this.statements = KeyStatements.of(access.database(), this.table);
        this.transactional = new JdbcTransactionalKeys(access, this.table, this.statements);
        this.inspection = new JdbcKeyInspection(access);
        this.expired = new ExpiredKeys(access);
    }

    @Override
    public Claim claim(ClaimRequest request) {
        for (int round = 1; round <= ROUNDS; round++) {
            try {
                Claim claim = this.access.<@Nullable Claim>onOwnConnection(
                        (connection) -> this.statements.claim(connection, request, BRIEFLY));
                if (claim != null) {
                    return claim;
                }
            } catch (DataAccessException ex) {
                if (LockConflicts.isWaitOver(this.access.database(), ex)) {
                    return new Claim.InProgress(request.lease());
                }
                if (round == ROUNDS || !LockConflicts.isLost(this.access.database(), ex)) {
                    throw ex;
                }
            }
        }
        return new Claim.InProgress(request.lease());
    }

    @Override
    public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
        return write(this.table.complete, KeyTable.result(result, ttl).and(KeyTable.held(token)));
    }

    @Override
    public boolean deadLetter(ClaimToken token, String entryId, Duration ttl) {
        return write(
                this.table.deadLetter,
                new Parameters().text(entryId).number(ttl.toMillis()).and(KeyTable.held(token)));
    }

    @Override
    public boolean release(ClaimToken token) {
        return write(
                (token.deadLetterId() != null) ? KeyTable.RELEASE_TO_ENTRY : KeyTable.RELEASE, KeyTable.held(token));
    }

    @Override
    public boolean extend(ClaimToken token, Duration lease) {
        return write(
                this.table.extend, new Parameters().number(lease.toMillis()).and(KeyTable.held(token)));
    }

    @Override
    public boolean free(IdempotencyKey key, long epoch) {
        Parameters parameters = KeyTable.key(key).number(epoch);
        // A key gets an entry, or loses it, only under another epoch: between the two nothing can slip through.
        return write(KeyTable.FREE, parameters) || write(KeyTable.FREE_TO_ENTRY, parameters);
    }

    private boolean write(String sql, Parameters parameters) {
        return retried(() -> this.access.<Integer>onOwnConnection(
                        (connection) -> this.statements.update(connection, sql, parameters, AS_LONG_AS_NEEDED))
                == 1);
    }

    /** One statement that lost a conflict has written nothing. */
    private boolean retried(Supplier<Boolean> write) {
        for (int attempt = 1; attempt < WRITES; attempt++) {
            try {
                return write.get();
            } catch (DataAccessException ex) {
                if (!LockConflicts.isLost(this.access.database(), ex)) {
                    throw ex;
                }
            }
        }
        return write.get();
    }

    @Override
    public List<KeyStatus> find(String operation, String hash) {
        return this.inspection.find(operation, hash);
    }

    @Override
    public KeyCounts counts() {
        return this.inspection.counts();
    }

    @Override
    public TransactionalKeys transactional() {
        return this.transactional;
    }

    @Override
    public int deleteExpired(int limit) {
        return this.expired.delete(limit);
    }

    @Override
    public String engine() {
        return this.access.database().name().toLowerCase(Locale.ROOT);
    }

    @Override
    public boolean durable() {
        return true;
    }
}
