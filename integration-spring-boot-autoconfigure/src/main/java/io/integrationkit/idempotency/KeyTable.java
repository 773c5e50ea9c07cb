package io.integrationkit.idempotency;

import io.integrationkit.context.Sha256;
import io.integrationkit.jdbc.Database;
import java.time.Duration;
import java.util.HexFormat;

/** The table of keys: its statements, in SQL that all engines understand, and their parameters. */
final class KeyTable {

    static final String NAME = "integration_idempotency";

    static final String KEY = " where operation = ? and key_hash = ? and scope = ?";

    /** That the caller is the last one who got the key, and has not ended its claim. */
    private static final String HELD = KEY + " and owner = ? and epoch = ? and state = 'IN_PROGRESS'";

    static final String RELEASE = "delete from " + NAME + HELD;

    static final String RELEASE_TO_ENTRY = "update " + NAME + " set state = 'DEAD_LETTERED'" + HELD;

    private static final String OF_EPOCH = KEY + " and epoch = ? and state = 'IN_PROGRESS' and dead_letter is ";

    static final String FREE = "delete from " + NAME + OF_EPOCH + "null";

    static final String FREE_TO_ENTRY = "update " + NAME + " set state = 'DEAD_LETTERED'" + OF_EPOCH + "not null";

    private static final int MAX_NAME = 255;

    /** Head of an insert, and the values of its columns. */
    final String insertInto = "insert into " + NAME
            + " (operation, key_hash, scope, fingerprint, state, owner, epoch, lease_until, expires_at)";

    final String values;

    /** What {@link KeyRow} reads. */
    final String columns;

    final String read;

    final String takeOver;

    final String complete;

    final String deadLetter;

    final String extend;

    KeyTable(Database database) {
        String later = database.clockPlusMillis();
        this.values = "?, ?, ?, ?, 'IN_PROGRESS', ?, %s, %s, %s".formatted(database.clockMicros(), later, later);
        this.columns = "state, fingerprint, owner, epoch, kind, payload, dead_letter, "
                + "%s as lease_left, %s as remembered, %s as now_micros"
                        .formatted(
                                database.millisUntil("lease_until"),
                                database.millisUntil("expires_at"),
                                database.clockMicros());
        this.read = "select " + this.columns + " from " + NAME + KEY;
        this.takeOver = """
                update %s set state = 'IN_PROGRESS', fingerprint = ?, owner = ?, epoch = ?, lease_until = %s, \
                expires_at = %s, kind = null, payload = null, dead_letter = ?""".formatted(NAME, later, later) + KEY + """
                 and owner = ? and epoch = ? and state = ? \
                and (state <> 'IN_PROGRESS' or lease_until <= %s)""".formatted(database.clock());
        this.complete =
                "update %s set state = 'DONE', kind = ?, payload = ?, expires_at = %s".formatted(NAME, later) + HELD;
        this.deadLetter =
                "update %s set state = 'DEAD_LETTERED', dead_letter = ?, expires_at = %s".formatted(NAME, later) + HELD;
        this.extend = "update %s set lease_until = %s".formatted(NAME, later) + HELD;
    }

    static Parameters key(IdempotencyKey key) {
        return new Parameters()
                .text(stored(key.operation()))
                .bytes(bytes(key.hash()))
                .text(stored(key.scope()));
    }

    static Parameters values(ClaimRequest request) {
        return key(request.key())
                .bytes(bytes(request.fingerprint()))
                .text(request.owner())
                .number(request.lease().toMillis())
                .number(request.ttl().toMillis());
    }

    static Parameters takeOver(ClaimRequest request, KeyState state, ClaimToken token) {
        return new Parameters()
                .bytes(bytes(state.fingerprintFor(request)))
                .text(token.owner())
                .number(token.epoch())
                .number(request.lease().toMillis())
                .number(request.ttl().toMillis())
                .text(token.deadLetterId())
                .and(key(token.key()))
                .text(state.owner())
                .number(state.epoch())
                .text(state.phase().name());
    }

    static Parameters result(StoredResult result, Duration ttl) {
        return new Parameters()
                .text(result.kind().name())
                .bytes(result.payload())
                .number(ttl.toMillis());
    }

    static Parameters held(ClaimToken token) {
        return key(token.key()).text(token.owner()).number(token.epoch());
    }

    /**
     * A name as it is stored: senders may choose a scope, so it may be too long for the index of some database, or hold
     * what PostgreSQL refuses in a text.
     */
    static String stored(String name) {
        return (name.length() > MAX_NAME || name.indexOf('\0') >= 0) ? "sha256:" + Sha256.hex(name) : name;
    }

    static byte[] bytes(String hexadecimal) {
        return HexFormat.of().parseHex(hexadecimal);
    }
}
