package io.integrationkit.outbox;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** What operators change, each change with its line in the log; the relay of this instance is told. */
record OperatedKeys(KeyStates states, Runnable changed) implements OutboxKeys {

    @Override
    public List<HeldKey> list(HeldKey.@Nullable Place after, int limit) {
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
    public Answer unblock(String destination, String key, String actor) {
        return answer(this.states.unblock(destination, key), Answer.UNBLOCKED, destination, key, actor);
    }

    @Override
    public Answer discardHead(String destination, String key, String actor) {
        return answer(this.states.discardHead(destination, key), Answer.HEAD_DISCARDED, destination, key, actor);
    }

    @Override
    public Answer release(String destination, String key, String actor) {
        return answer(this.states.release(destination, key), Answer.RELEASED, destination, key, actor);
    }

    private Answer answer(boolean done, Answer ifDone, String destination, String key, String actor) {
        if (!done) {
            return Answer.NOTHING_DONE;
        }
        OperatorLog.changed("key '%s' of '%s' was %s".formatted(key, destination, ifDone.inWords()), actor);
        this.changed.run();
        return ifDone;
    }
}
