package io.integrationkit.replay;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which entries a job replays, and how.
 *
 * @param filter which entries; those that wait for an operator, and parked ones only if it asks for that status
 * @param names operations or destinations, one of which must be the entry's; empty for any; copied
 * @param entriesPerSecond how many entries at most a second, {@code null} for as many as it can
 * @param ladder sizes of the first steps, the first one the canary; after each step the failures in it decide whether
 *     the job goes on. Empty for none. What follows is judged in steps of {@value #FURTHER_STEP}
 * @param maxFailureRatio part of the entries of a step that may fail, from 0 to 1; more of them stop the job
 * @param limit how many entries at most, {@code null} for all
 */
public record ReplayRequest(
        DeadLetterFilter filter,
        Set<String> names,
        @Nullable Double entriesPerSecond,
        List<Integer> ladder,
        double maxFailureRatio,
        @Nullable Integer limit) {

    /** Sizes of the first steps unless a request says otherwise. */
    public static final List<Integer> DEFAULT_LADDER = List.of(1, 10, 100);

    /** Part of the entries of a step that may fail unless a request says otherwise. */
    public static final double DEFAULT_MAX_FAILURE_RATIO = 0.1;

    /** Size of the steps behind the ladder. */
    public static final int FURTHER_STEP = 500;

    static final double SLOWEST = 0.001;

    static final double FASTEST = 1_000_000;

    private static final int MAX_STEPS = 20;

    private static final int MAX_NAMES = 1_000;

    /**
     * Checks the values.
     *
     * @throws ProblemException if one of them cannot work (INT-610)
     */
    public ReplayRequest {
        names = Collections.unmodifiableSet(new TreeSet<>(names));
        ladder = List.copyOf(ladder);
        check(
                filter.status() != DeadLetter.Status.RESOLVED && filter.status() != DeadLetter.Status.DISCARDED,
                "status=" + filter.status(),
                "it selects closed entries, which are not replayed; leave it out");
        check(names.size() <= MAX_NAMES, "names", "there may be at most " + MAX_NAMES);
        check(
                entriesPerSecond == null || (entriesPerSecond >= SLOWEST && entriesPerSecond <= FASTEST),
                "entriesPerSecond=" + entriesPerSecond,
                "it must be from 0.001 to 1000000");
        check(
                ladder.size() <= MAX_STEPS && ladder.stream().allMatch((size) -> size >= 1),
                "ladder=" + ladder,
                "it must have at most %d steps, each of at least 1 entry".formatted(MAX_STEPS));
        check(
                maxFailureRatio >= 0 && maxFailureRatio <= 1,
                "maxFailureRatio=" + maxFailureRatio,
                "it must be from 0 to 1");
        check(limit == null || limit >= 1, "limit=" + limit, "it must be at least 1");
    }

    private static void check(boolean valid, String value, String why) {
        if (!valid) {
            throw new ProblemException(
                    ProblemCode.REPLAY_JOB_INVALID,
                    FailureCategory.VALIDATION,
                    "a replay job cannot run with %s: %s".formatted(value, why));
        }
    }

    /**
     * Makes a request with the default ladder and failure ratio, no rate and no limit.
     *
     * @param filter which entries
     * @return the request
     * @throws ProblemException if the filter selects closed entries (INT-610)
     */
    public static ReplayRequest of(DeadLetterFilter filter) {
        return new ReplayRequest(filter, Set.of(), null, DEFAULT_LADDER, DEFAULT_MAX_FAILURE_RATIO, null);
    }

    /**
     * Returns a copy for entries of some names.
     *
     * @param wanted operations or destinations; empty for any
     * @return the copy
     * @throws ProblemException if there are too many (INT-610)
     */
    public ReplayRequest withNames(Set<String> wanted) {
        return new ReplayRequest(
                this.filter, wanted, this.entriesPerSecond, this.ladder, this.maxFailureRatio, this.limit);
    }

    /**
     * Returns a copy with another rate.
     *
     * @param wanted how many entries at most a second, {@code null} for as many as it can
     * @return the copy
     * @throws ProblemException if the rate cannot work (INT-610)
     */
    public ReplayRequest withRate(@Nullable Double wanted) {
        return new ReplayRequest(this.filter, this.names, wanted, this.ladder, this.maxFailureRatio, this.limit);
    }

    /**
     * Returns a copy with another ladder.
     *
     * @param wanted sizes of the first steps; empty for none
     * @return the copy
     * @throws ProblemException if a step cannot work (INT-610)
     */
    public ReplayRequest withLadder(List<Integer> wanted) {
        return new ReplayRequest(
                this.filter, this.names, this.entriesPerSecond, wanted, this.maxFailureRatio, this.limit);
    }

    /**
     * Returns a copy with another failure ratio.
     *
     * @param wanted part of the entries of a step that may fail; 1 to go on whatever fails
     * @return the copy
     * @throws ProblemException if the ratio cannot work (INT-610)
     */
    public ReplayRequest withMaxFailureRatio(double wanted) {
        return new ReplayRequest(this.filter, this.names, this.entriesPerSecond, this.ladder, wanted, this.limit);
    }

    /**
     * Returns a copy with another limit.
     *
     * @param wanted how many entries at most, {@code null} for all
     * @return the copy
     * @throws ProblemException if the limit cannot work (INT-610)
     */
    public ReplayRequest withLimit(@Nullable Integer wanted) {
        return new ReplayRequest(
                this.filter, this.names, this.entriesPerSecond, this.ladder, this.maxFailureRatio, wanted);
    }
}
