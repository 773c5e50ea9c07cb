package io.integrationkit.replay;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.failure.ProblemCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a replay would do, found out without doing it.
 *
 * @param entries how many entries would be tried
 * @param parkedLeftOut how many others the filter finds that are parked, and so would be left out
 * @param names whose entries they are, that with the most first
 * @param checked how many of the oldest entries were looked at for obstacles, at most {@value #MOST_CHECKED}
 * @param obstacles what would keep entries that were looked at from being replayed, the most frequent first
 */
public record ReplayPreview(
        long entries, long parkedLeftOut, List<NameCount> names, int checked, List<Obstacle> obstacles) {

    /** How many entries are looked at. */
    public static final int MOST_CHECKED = 1_000;

    public ReplayPreview {
        names = List.copyOf(names);
        obstacles = List.copyOf(obstacles);
    }

    /**
     * How many entries of an operation or destination would be tried.
     *
     * @param kind calls or messages
     * @param name operation or destination
     * @param entries how many
     */
    public record NameCount(DeadLetter.Kind kind, String name, long entries) {}

    /**
     * Why some entries could not be replayed.
     *
     * @param code which problem it is, {@code null} if it is none of the kit
     * @param name operation or destination
     * @param detail what is wrong with the example
     * @param entries how many of those that were looked at
     * @param exampleId id of one of them
     */
    public record Obstacle(
            @Nullable ProblemCode code,
            String name,
            @Nullable String detail,
            long entries,
            String exampleId) {}
}
