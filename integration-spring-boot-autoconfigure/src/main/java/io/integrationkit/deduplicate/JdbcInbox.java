package io.integrationkit.deduplicate;

import static io.integrationkit.deduplicate.InboxRow.stored;

import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;

/**
 * Messages in the table {@code integration_inbox}. The row is inserted in the transaction of the handler, so both commit
 * or neither; a crash at any point leaves either both or none. A copy that arrives meanwhile waits on the primary key:
 * after the commit it is a duplicate, after a rollback it is the first.
 */
final class JdbcInbox implements Inbox {

    static final String TABLE = "integration_inbox";

    private static final String FORGET =
            "delete from " + TABLE + " where consumer = ? and source = ? and message_id = ?";

    private final JdbcAccess access;

    private final JdbcInboxBatches batches;

    private final String insert;

    private final ExpiredMessages expired;

    JdbcInbox(JdbcAccess access, Duration retention) {
        this.access = access;
        this.insert = "insert into %s (consumer, source, message_id, received_at) values (?, ?, ?, %s)"
                .formatted(TABLE, access.database().clock());
        this.batches = new JdbcInboxBatches(access, this.insert);
        this.expired = new ExpiredMessages(access, retention);
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
    public Map<MessageIdentity, Arrival> receiveAll(Collection<MessageIdentity> messages) {
        return this.batches.receive(messages);
    }

    @Override
    public void handled(MessageIdentity message) {}

    @Override
    public void forget(MessageIdentity message) {
        this.access.jdbc().update(FORGET, stored(message.consumer()), stored(message.source()), stored(message.id()));
    }

    @Override
    public int deleteExpired(int limit) {
        return this.expired.delete(limit);
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
