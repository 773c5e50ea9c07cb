package io.integrationkit.test.deduplicate;

import io.integrationkit.deduplicate.Inbox;
import io.integrationkit.deduplicate.MessageIdentity;
import io.integrationkit.test.InboxContract;
import java.util.UUID;

class MemoryInboxTests extends InboxContract {

    private static final int ENTRIES = 100;

    private final Inbox inbox = Inbox.inMemory(ENTRIES);

    @Override
    protected Inbox inbox() {
        return this.inbox;
    }

    @Override
    protected boolean forgetsByItself() {
        return true;
    }

    @Override
    protected void endRetention() {
        for (int i = 0; i < ENTRIES; i++) {
            MessageIdentity other =
                    new MessageIdentity("other", "", UUID.randomUUID().toString());
            this.inbox.receive(other);
            this.inbox.handled(other);
        }
    }
}
