package io.integrationkit.replay;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.OpenDeadLetter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A page of entries, handed out in batches: a call alone, messages together, but of a key only one in a batch. So the
 * next one of a key is taken when it is known what became of the one before. Used by one thread.
 */
final class Batches {

    private final List<OpenDeadLetter> page;

    private final Set<Long> open = new HashSet<>();

    private final Set<Long> ahead;

    private int reached;

    /** Begins a page; what the job is done with ahead of its position, and stays open, is not handed out again. */
    Batches(List<OpenDeadLetter> page, Set<Long> ahead) {
        this.page = page;
        this.ahead = ahead;
        page.forEach((entry) -> this.open.add(entry.position()));
        this.open.removeAll(ahead);
    }

    /** The next entries, oldest first; empty if none is left. */
    List<OpenDeadLetter> next(int most) {
        List<OpenDeadLetter> batch = new ArrayList<>();
        HeldKeys taken = new HeldKeys();
        for (OpenDeadLetter entry : this.page.subList(this.reached, this.page.size())) {
            boolean call = entry.kind() == DeadLetter.Kind.CALL;
            if (batch.size() >= most || (call && !batch.isEmpty() && this.open.contains(entry.position()))) {
                return batch;
            }
            if (this.open.contains(entry.position()) && !taken.holds(entry)) {
                batch.add(entry);
                taken.hold(entry);
                if (call) {
                    return batch;
                }
            }
        }
        return batch;
    }

    void done(OpenDeadLetter entry) {
        this.open.remove(entry.position());
        this.ahead.add(entry.position());
    }

    /** The position up to which nothing is left, not below one that was reached before. */
    long reached(long before) {
        while (this.reached < this.page.size()
                && !this.open.contains(this.page.get(this.reached).position())) {
            this.ahead.remove(this.page.get(this.reached).position());
            this.reached++;
        }
        return (this.reached > 0) ? this.page.get(this.reached - 1).position() : before;
    }
}
