package io.integrationkit.context;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What a call takes along when it goes on on another thread: the MDC, with the correlation id in it, the deadline, the
 * dead letter that is replayed, and the claim of an idempotent method. Immutable; may be opened on any number of threads.
 */
public final class Carried {

    private final @Nullable Map<String, String> mdc;

    private final @Nullable Deadline deadline;

    private final @Nullable Replay replay;

    private final @Nullable IdempotencyContext claim;

    private Carried(
            @Nullable Map<String, String> mdc,
            @Nullable Deadline deadline,
            @Nullable Replay replay,
            @Nullable IdempotencyContext claim) {
        this.claim = claim;
        this.mdc = mdc;
        this.deadline = deadline;
        this.replay = replay;
    }

    /**
     * Takes what is bound to this thread.
     *
     * @return a copy
     */
    public static Carried capture() {
        return new Carried(
                MDC.getCopyOfContextMap(), Deadline.current(), Replay.current(), IdempotencyContext.current());
    }

    /**
     * Binds it to this thread.
     *
     * @return closing it binds what was bound before
     */
    public Scope open() {
        Map<String, String> before = MDC.getCopyOfContextMap();
        Deadline outer = Deadline.current();
        Replay replayed = Replay.current();
        IdempotencyContext claimed = IdempotencyContext.current();
        bind(this.mdc);
        Deadline.bind(this.deadline);
        Replay.bind(this.replay);
        IdempotencyContext.bind(this.claim);
        return () -> {
            bind(before);
            Deadline.bind(outer);
            Replay.bind(replayed);
            IdempotencyContext.bind(claimed);
        };
    }

    private static void bind(@Nullable Map<String, String> values) {
        if (values == null) {
            MDC.clear();
        } else {
            MDC.setContextMap(values);
        }
    }
}
