package io.integrationkit.deadletter;

import io.integrationkit.call.OperationReplayer;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.jdbc.JdbcAccess;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes dead letters on a database or in memory.
 *
 * @param calls calls operations again
 * @param messages finds what sends messages again, {@code null} if there is nothing; asked at each replay
 * @param classification says what kind of failure a replay met
 * @param time time of the failures, and of the leases in memory
 * @param tenant tells for which tenant a thread works; asked each time an entry is stored
 * @param settings the settings
 * @param privacy what is shown of content, and how it is encrypted
 */
public record DeadLetterStores(
        OperationReplayer calls,
        Supplier<@Nullable MessageReplayer> messages,
        FailureClassification classification,
        TimeSource time,
        Supplier<@Nullable String> tenant,
        DeadLetterSettings settings,
        DeadLetterPrivacy privacy) {

    /**
     * Keeps entries in the table {@code integration_dead_letter}; leases are measured by the database's clock.
     *
     * @param access the database
     * @param codec writes and reads the headers of messages
     * @return the dead letters
     */
    public DeadLetters inDatabase(JdbcAccess access, PayloadCodec codec) {
        return on(new JdbcDeadLetterStore(access, codec, this.privacy.cipher()));
    }

    /**
     * Keeps entries in memory: they are lost when the process ends, and a transaction that rolls back leaves them.
     *
     * @return the dead letters
     */
    public DeadLetters inMemory() {
        return on(new MemoryDeadLetterStore(this.settings.maxEntries(), this.time));
    }

    private DeadLetters on(DeadLetterStore store) {
        ContentView view = new ContentView(this.privacy);
        DeadLetterReplayer replayer = new DeadLetterReplayer(
                store,
                CallReplayer.of(this.calls),
                this.messages,
                this.classification,
                this.time,
                this.settings.replayLease(),
                view.redaction());
        return new StoredDeadLetters(store, replayer, this.time, this.tenant, this.settings.limits(), view);
    }
}
