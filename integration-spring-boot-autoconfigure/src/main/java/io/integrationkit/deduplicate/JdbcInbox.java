package io.integrationkit.deduplicate;

import io.integrationkit.context.Sha256;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.Locale;

/**
 * Messages in the table {@code integration_inbox}. The row is inserted in the transaction of the handler, so both commit
 * or neither; a crash at any point leaves either both or none. A copy that arrives meanwhile waits on the primary key:
 * after the commit it is a duplicate, after a rollback it is the first.
 */
final class JdbcInbox implements Inbox {

    private static final String TABLE = "integration_inbox";

    private static final String FORGET =
            "delete from " + TABLE + " where consumer = ? and source = ? and message_id = ?";

    /** What is longer does not fit into an index, and nobody made it to be read. */
    private static final int MAX_TEXT = 255;

    private final JdbcAccess access;

    private final Duration retention;

    private final String insert;

    private final String deleteExpired;

    JdbcInbox(JdbcAccess access, Duration retention) {
        this.access = access;
        this.retention = retention;
        this.insert = "insert into %s (consumer, source, message_id, received_at) values (?, ?, ?, %s)"
                .formatted(TABLE, access.database().clock());
        this.deleteExpired = access.database()
                .deleteSome(TABLE, "received_at <= " + access.database().clockPlusMillis());
    }

    @Override
    public Arrival receive(MessageIdentity message) {
        boolean inserted = this.access
                .database()
                .insertIfAbsent(
                        this.access.jdbc(),
                        this.insert,
                        stored(message.consumer()),
                        stored(message.source()),
                        stored(message.id()));
        return inserted ? Arrival.FIRST : Arrival.DUPLICATE;
    }

    @Override
    public void handled(MessageIdentity message) {}

    @Override
    public void forget(MessageIdentity message) {
        this.access.jdbc().update(FORGET, stored(message.consumer()), stored(message.source()), stored(message.id()));
    }

    /** A text as it is stored: senders choose it, so it may be too long, or hold what PostgreSQL refuses in a text. */
    private static String stored(String text) {
        return (text.length() > MAX_TEXT || text.indexOf('\0') >= 0) ? "sha256:" + Sha256.hex(text) : text;
    }

    @Override
    public int deleteExpired(int limit) {
        return this.access.inNewTransaction(
                () -> this.access.jdbc().update(this.deleteExpired, -this.retention.toMillis(), limit));
    }

    @Override
    public JdbcAccess transactions() {
        return this.access;
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
