package io.integrationkit.listener;

import io.integrationkit.context.Scope;
import org.jspecify.annotations.Nullable;

/** What is bound to a thread while it handles a record. Ended when the listener returns, closed when all is over. */
final class RecordContext {

    private final Scope correlation;

    private @Nullable Scope deadline;

    private @Nullable Scope message;

    private @Nullable Scope waits;

    RecordContext(Scope correlation, @Nullable Scope deadline, @Nullable Scope message, @Nullable Scope waits) {
        this.correlation = correlation;
        this.waits = waits;
        this.deadline = deadline;
        this.message = message;
    }

    /** The listener returned. The correlation id stays, for what becomes of the record. */
    void ended() {
        if (this.message != null) {
            this.message.close();
            this.message = null;
        }
        if (this.deadline != null) {
            this.deadline.close();
            this.deadline = null;
        }
        if (this.waits != null) {
            this.waits.close();
            this.waits = null;
        }
    }

    void close() {
        ended();
        this.correlation.close();
    }
}
