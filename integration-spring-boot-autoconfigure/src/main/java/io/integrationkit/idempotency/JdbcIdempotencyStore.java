package io.integrationkit.idempotency;

import io.integrationkit.call.Sha256;
import io.integrationkit.idempotency.KeyState.State;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.jdbc.LockConflicts;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.support.DataAccessUtils;
import org.springframework.jdbc.core.JdbcOperations;

/**
 * Keys in the table {@code integration_idempotency}. Every time is the database's; every statement runs in a short
 * transaction of its own, so that a claim survives the rollback of the caller and no connection is held while the
 * method runs.
 *
 * <p>A claim is an insert; only where it inserts nothing the row is read, in a second statement, which sees what the
 * first one waited for. A duplicate so writes nothing. A row whose lease is over is taken over by an update that names
 * the owner, epoch and state that were read: of several thieves one wins, and the others read again. Completion and
 * release name owner and epoch as well, so the late write of a call that lost its key changes nothing.
 *
 * <p>A crash after the claim leaves a row IN_PROGRESS, taken over when its lease is over; a crash after the effect but
 * before the completion leaves the same row, and the effect happens again. A row deleted between insert and read (a
 * release, the clean-up) lets the claim begin anew.
 */
final class JdbcIdempotencyStore implements IdempotencyStore {

    private static final String TABLE = "integration_idempotency";

    private static final String KEY = " where operation = ? and scope = ? and key_hash = ?";

    private static final String HELD = KEY + " and owner = ? and epoch = ? and state = 'IN_PROGRESS'";

    private static final String RELEASE = "delete from " + TABLE + HELD;

    private static final String RELEASE_TO_ENTRY = "update " + TABLE + " set state = 'DEAD_LETTERED'" + HELD;

    /** Each round that fails was won by another call, so a few are enough. */
    private static final int ROUNDS = 16;

    private static final int MAX_NAME = 255;

    private final JdbcAccess access;

    private final JdbcOperations jdbc;

    private final String insert;

    private final String read;

    private final String takeOver;

    private final String complete;

    private final String deadLetter;

    private final String deleteExpired;

    JdbcIdempotencyStore(JdbcAccess access) {
        this.access = access;
        this.jdbc = access.jdbc();
        String clock = access.database().clock();
        String later = access.database().clockPlusMillis();
        this.insert = """
                insert into %s (operation, scope, key_hash, fingerprint, state, owner, epoch, lease_until, expires_at) \
                values (?, ?, ?, ?, 'IN_PROGRESS', ?, 1, %s, %s)""".formatted(TABLE, later, later);
        this.read = """
                select state, fingerprint, owner, epoch, kind, payload, dead_letter, %s as lease_left, \
                expires_at <= %s as forgotten from %s""".formatted(access.database().millisUntil("lease_until"), clock, TABLE) + KEY;
        this.takeOver = """
                update %s set state = 'IN_PROGRESS', fingerprint = ?, owner = ?, epoch = ?, lease_until = %s, \
                expires_at = %s, kind = null, payload = null, dead_letter = ?""".formatted(TABLE, later, later) + KEY + """
                 and owner = ? and epoch = ? and state = ? \
                and (state <> 'IN_PROGRESS' or lease_until <= %s)""".formatted(clock);
        this.complete =
                "update %s set state = 'DONE', kind = ?, payload = ?, expires_at = %s".formatted(TABLE, later) + HELD;
        this.deadLetter =
                "update %s set state = 'DEAD_LETTERED', dead_letter = ?, expires_at = %s".formatted(TABLE, later)
                        + HELD;
        this.deleteExpired = access.database()
                .deleteSome(
                        TABLE,
                        "expires_at <= %1$s and (state <> 'IN_PROGRESS' or lease_until <= %1$s)".formatted(clock));
    }

    @Override
    public Claim claim(ClaimRequest request) {
        for (int round = 0; round < ROUNDS; round++) {
            Claim claim = LockConflicts.<@Nullable Claim>retried(
                    this.access.database(),
                    () -> this.access.<@Nullable Claim>inNewTransaction(() -> tryClaim(request)));
            if (claim != null) {
                return claim;
            }
        }
        return new Claim.InProgress(request.lease());
    }

    /** One round; {@code null} if another call changed the row in between. */
    private @Nullable Claim tryClaim(ClaimRequest request) {
        if (insert(request)) {
            return new Claim.Granted(new ClaimToken(request.key(), request.owner(), 1, null));
        }
        KeyState state = read(request.key());
        if (state == null) {
            return null;
        }
        Claim answer = state.answer(request);
        if (answer != null) {
            return answer;
        }
        ClaimToken token = state.takenOverBy(request);
        return takeOver(request, state, token) ? new Claim.Granted(token) : null;
    }

    private boolean insert(ClaimRequest request) {
        return this.access
                .database()
                .insertIfAbsent(
                        this.jdbc,
                        this.insert,
                        stored(request.key().operation()),
                        stored(request.key().scope()),
                        bytes(request.key().hash()),
                        bytes(request.fingerprint()),
                        request.owner(),
                        request.lease().toMillis(),
                        request.ttl().toMillis());
    }

    private @Nullable KeyState read(IdempotencyKey key) {
        return DataAccessUtils.singleResult(this.jdbc.query(
                this.read,
                (row, number) -> state(row),
                stored(key.operation()),
                stored(key.scope()),
                bytes(key.hash())));
    }

    private static KeyState state(ResultSet row) throws SQLException {
        String kind = row.getString("kind");
        return new KeyState(
                State.valueOf(row.getString("state")),
                HexFormat.of().formatHex(row.getBytes("fingerprint")),
                row.getString("owner"),
                row.getLong("epoch"),
                Duration.ofMillis(row.getLong("lease_left")),
                row.getBoolean("forgotten"),
                (kind != null) ? new StoredResult(StoredResult.Kind.valueOf(kind), row.getBytes("payload")) : null,
                row.getString("dead_letter"));
    }

    private boolean takeOver(ClaimRequest request, KeyState state, ClaimToken token) {
        return this.jdbc.update(
                        this.takeOver,
                        bytes(state.fingerprintFor(request)),
                        token.owner(),
                        token.epoch(),
                        request.lease().toMillis(),
                        request.ttl().toMillis(),
                        token.deadLetterId(),
                        stored(token.key().operation()),
                        stored(token.key().scope()),
                        bytes(token.key().hash()),
                        state.owner(),
                        state.epoch(),
                        state.state().name())
                == 1;
    }

    @Override
    public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
        return write(token, this.complete, result.kind().name(), result.payload(), ttl.toMillis());
    }

    @Override
    public boolean deadLetter(ClaimToken token, String entryId, Duration ttl) {
        return write(token, this.deadLetter, entryId, ttl.toMillis());
    }

    @Override
    public boolean release(ClaimToken token) {
        return write(token, (token.deadLetterId() != null) ? RELEASE_TO_ENTRY : RELEASE);
    }

    private boolean write(ClaimToken token, String statement, @Nullable Object... values) {
        @Nullable Object[] arguments = new @Nullable Object[values.length + 5];
        System.arraycopy(values, 0, arguments, 0, values.length);
        arguments[values.length] = stored(token.key().operation());
        arguments[values.length + 1] = stored(token.key().scope());
        arguments[values.length + 2] = bytes(token.key().hash());
        arguments[values.length + 3] = token.owner();
        arguments[values.length + 4] = token.epoch();
        return this.access.inNewTransaction(() -> this.jdbc.update(statement, arguments)) == 1;
    }

    /** A name as it is stored: one that is longer would not fit into the index of every database. */
    private static String stored(String name) {
        return (name.length() > MAX_NAME) ? "sha256:" + Sha256.hex(name) : name;
    }

    private static byte[] bytes(String hexadecimal) {
        return HexFormat.of().parseHex(hexadecimal);
    }

    @Override
    public int deleteExpired(int limit) {
        return this.access.inNewTransaction(() -> this.jdbc.update(this.deleteExpired, limit));
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
