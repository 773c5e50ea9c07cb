package io.integrationkit.test.deduplicate;

import io.integrationkit.deduplicate.Inbox;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.test.InboxContract;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;

/** Lets rows grow old in the table; an inbox in a database has no clock of its own that could be wrong. */
abstract class JdbcInboxContract extends InboxContract {

    private final Inbox inbox = Inbox.jdbc(access(), Duration.ofDays(7));

    protected abstract JdbcAccess access();

    @BeforeEach
    void empty() {
        access().jdbc().update("delete from integration_inbox");
    }

    @Override
    protected Inbox inbox() {
        return this.inbox;
    }

    @Override
    protected void endRetention() {
        access().jdbc().update("update integration_inbox set received_at = received_at - interval '7' day");
    }
}
