package io.integrationkit.benchmarks.outbox;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How much is measured. Options are system properties.
 *
 * @param only {@code load.only}: regular expression over the names of the parts, see {@link Part}
 * @param rounds {@code load.rounds}: how often each part is repeated, contestants taking turns
 * @param publishing {@code load.seconds}: how long a part that publishes does so
 * @param latency {@code load.latency-seconds}: how long latency is sampled
 * @param backlogs {@code load.backlogs}: messages of the backlogs, ascending
 * @param peers {@code load.peers}: whether other libraries take part
 * @param output {@code load.output}: directory for data, logs and the table
 */
record LoadPlan(
        Pattern only,
        int rounds,
        Duration publishing,
        Duration latency,
        List<Integer> backlogs,
        boolean peers,
        Path output) {

    /** From here on a backlog is big: drained by floor and kit alone, in fewer rounds. */
    static final int BIG_BACKLOG = 1_000_000;

    private static final int ROUNDS_OF_BIG_BACKLOG = 2;

    static LoadPlan fromProperties() {
        return new LoadPlan(
                Pattern.compile(System.getProperty("load.only", ".*")),
                Integer.getInteger("load.rounds", 3),
                Duration.ofSeconds(Integer.getInteger("load.seconds", 5)),
                Duration.ofSeconds(Integer.getInteger("load.latency-seconds", 12)),
                Stream.of(System.getProperty("load.backlogs", "10000,100000,1000000")
                                .split(","))
                        .map(String::trim)
                        .map(Integer::valueOf)
                        .sorted()
                        .toList(),
                Boolean.parseBoolean(System.getProperty("load.peers", "true")),
                Path.of(System.getProperty("load.output", "target")));
    }

    boolean includes(Part part) {
        return this.only.matcher(part.name().toLowerCase(Locale.ROOT)).find();
    }

    /** Other libraries, and rounds beyond the second of big backlogs, would take longer than all the rest. */
    boolean drains(Contestant contestant, int backlog, int round) {
        return (contestant != Contestant.NAMASTACK || backlog == this.backlogs.get(0))
                && (backlog < BIG_BACKLOG || round < ROUNDS_OF_BIG_BACKLOG);
    }

    /** What is measured, in this order. */
    enum Part {
        TRANSACTIONS,
        DRAIN,
        BOTH,
        LATENCY,
        BURSTS,
        KILL
    }
}
