package io.integrationkit.deadletter;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The replay of a selection, one entry after the other; used by one thread, once. */
final class ReplayRun {

    private static final int PAGE = 100;

    private final DeadLetterStore store;

    private final Function<String, ReplayResult> replay;

    private final List<ReplayResult> failures = new ArrayList<>();

    private int replayed;

    private int failed;

    private int skipped;

    private @Nullable String stopped;

    ReplayRun(DeadLetterStore store, Function<String, ReplayResult> replay) {
        this.store = store;
        this.replay = replay;
    }

    ReplaySummary run(DeadLetterFilter filter, int limit) {
        long position = 0;
        int left = limit;
        while (left > 0 && this.stopped == null) {
            int size = Math.min(left, PAGE);
            List<DeadLetter> page = this.store.replayable(filter, position, size);
            replay(page);
            if (page.size() < size) {
                break;
            }
            position = page.get(size - 1).position();
            left -= size;
        }
        return new ReplaySummary(this.replayed, this.failed, this.skipped, this.failures, this.stopped);
    }

    private void replay(List<DeadLetter> page) {
        for (DeadLetter candidate : page) {
            if (Thread.currentThread().isInterrupted()) {
                this.stopped = "interrupted";
                return;
            }
            ReplayResult result = this.replay.apply(candidate.id());
            count(result);
            if (result.refused()) {
                this.stopped = result.detail();
                return;
            }
        }
    }

    private void count(ReplayResult result) {
        switch (result.outcome()) {
            case REPLAYED -> this.replayed++;
            case SKIPPED -> this.skipped++;
            case FAILED -> {
                this.failed++;
                if (this.failures.size() < ReplaySummary.MAX_FAILURES) {
                    this.failures.add(result);
                }
            }
        }
    }
}
