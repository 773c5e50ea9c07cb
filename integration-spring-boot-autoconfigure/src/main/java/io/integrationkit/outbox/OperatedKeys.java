package io.integrationkit.outbox;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators change, each change with its line in the log; the relay of this instance is told. */
record OperatedKeys(KeyStates states, Runnable changed) implements OutboxKeys {

    private static final Logger logger = LoggerFactory.getLogger(OutboxKeys.class);

    @Override
    public List<HeldKey> list(@Nullable HeldKey after, int limit) {
        if (limit <= 0) {
            throw new IllegalArgumentException("'limit' must be positive, but is " + limit);
        }
        return this.states.list(after, limit);
    }

    @Override
    public HeldKeyCount count() {
        return this.states.count();
    }

    @Override
    public Answer unblock(String destination, String key) {
        return answer(this.states.unblock(destination, key), Answer.UNBLOCKED, destination, key);
    }

    @Override
    public Answer discardHead(String destination, String key) {
        return answer(this.states.discardHead(destination, key), Answer.HEAD_DISCARDED, destination, key);
    }

    @Override
    public Answer release(String destination, String key) {
        return answer(this.states.release(destination, key), Answer.RELEASED, destination, key);
    }

    private Answer answer(boolean done, Answer ifDone, String destination, String key) {
        Answer answer = done ? ifDone : Answer.NOTHING_DONE;
        logger.info("Outbox key '{}' of '{}', by an operator: {}", line(key), line(destination), answer);
        if (done) {
            this.changed.run();
        }
        return answer;
    }

    /** No line of the log can be forged by a key. */
    static String line(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", " ");
    }
}
