package io.integrationkit.deadletter;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes of whole selections, by operators and by age. */
final class DeadLetterSelections {

    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

    private final DeadLetterStore store;

    private final DeadLetterReplayer replayer;

    private final TimeSource time;

    private final DeadLetterLimits limits;

    private final LongAdder discarded;

    private volatile boolean counted;

    DeadLetterSelections(
            DeadLetterStore store,
            DeadLetterReplayer replayer,
            TimeSource time,
            DeadLetterLimits limits,
            LongAdder discarded) {
        this.store = store;
        this.replayer = replayer;
        this.time = time;
        this.limits = limits;
        this.discarded = discarded;
    }

    int discard(DeadLetterFilter filter, int limit, Intervention by) {
        int closed = discardSelection(filter, limit, by);
        log.info("{} dead letters of a selection discarded by {}: {}", closed, by.actor(), by.reason());
        return closed;
    }

    private int discardSelection(DeadLetterFilter filter, int limit, Intervention by) {
        return change(
                (position, size) -> this.store.replayable(filter, position, size),
                (ids) -> {
                    int closed = this.replayer.discardAll(ids, by);
                    this.discarded.add(closed);
                    return closed;
                },
                limit);
    }

    int park(DeadLetterFilter filter, int limit, Intervention by) {
        int parked = change(
                (position, size) -> this.store.replayable(filter, position, size),
                (ids) -> this.store.claims().parkAll(ids, by),
                limit);
        log.info("{} dead letters of a selection parked by {}: {}", parked, by.actor(), by.reason());
        return parked;
    }

    int unpark(DeadLetterFilter filter, int limit, Intervention by) {
        int taken = selects(filter, DeadLetter.Status.PARKED)
                ? change(
                        (position, size) ->
                                this.store.list(filter.withStatus(DeadLetter.Status.PARKED), position, size),
                        (ids) -> this.store.claims().unparkAll(ids, by),
                        limit)
                : 0;
        log.info("{} dead letters of a selection taken up again by {}: {}", taken, by.actor(), by.reason());
        return taken;
    }

    int purge(DeadLetterFilter filter, int limit, Intervention by) {
        int deleted = 0;
        for (DeadLetter.Status closed : List.of(DeadLetter.Status.RESOLVED, DeadLetter.Status.DISCARDED)) {
            if (selects(filter, closed) && deleted < limit) {
                deleted += change(
                        (position, size) -> this.store.list(filter.withStatus(closed), position, size),
                        this.store::delete,
                        limit - deleted);
            }
        }
        log.info("{} closed dead letters deleted by {}: {}", deleted, by.actor(), by.reason());
        return deleted;
    }

    private static boolean selects(DeadLetterFilter filter, DeadLetter.Status status) {
        return filter.status() == null || filter.status() == status;
    }

    private static int change(SelectionChange.Pages pages, ToIntFunction<List<String>> change, int limit) {
        return new SelectionChange(pages, change).run(limit);
    }

    int deleteExpired(int limit) {
        int discarded = discardExpired(limit);
        int deleted = this.store.deleteClosed(this.limits.retention(), limit);
        // Somebody may have changed entries by hand while no instance ran.
        this.store.sumUp(!this.counted);
        this.counted = true;
        return Math.max(discarded, deleted);
    }

    /** Discarded first and deleted later: the history says what became of it, and a key of the outbox is told. */
    private int discardExpired(int limit) {
        Duration age = this.limits.openRetention();
        if (age == null) {
            return 0;
        }
        DeadLetterFilter old =
                DeadLetterFilter.all().withFailedBetween(null, this.time.now().minus(age));
        Intervention by = Intervention.ofApplication("nobody took it up within open-retention=" + age);
        int closed = discardSelection(old, limit, by)
                + discardSelection(old.withStatus(DeadLetter.Status.PARKED), limit, by);
        if (closed > 0) {
            log.warn(
                    "{} open dead letters discarded: they are older than integration.dead-letters.open-retention={}",
                    closed,
                    age);
        }
        return Math.min(closed, limit);
    }
}
