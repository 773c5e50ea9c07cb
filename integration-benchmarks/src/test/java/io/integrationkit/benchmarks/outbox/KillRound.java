package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Results;
import io.integrationkit.benchmarks.load.Servers;
import io.integrationkit.context.TimeSource;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;

/**
 * An application in a database of its own is killed with SIGKILL while it publishes and relays, and started again at once
 * with the same settings, so as another owner. Nothing is published by the second process.
 */
final class KillRound {

    private static final Duration WARM_UP = Duration.ofSeconds(3);

    private static final Duration LOAD = Duration.ofSeconds(2);

    private static final Duration LOOK = Duration.ofMillis(10);

    /** Who still owes something then has given it up, or waits for more than a user would. */
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Servers servers;

    private final Topic topic;

    private final Path directory;

    private final Measurements measurements;

    private final Results results;

    private final TimeSource time;

    KillRound(
            Servers servers, Topic topic, Path directory, Measurements measurements, Results results, TimeSource time) {
        this.servers = servers;
        this.topic = topic;
        this.directory = directory;
        this.measurements = measurements;
        this.results = results;
        this.time = time;
    }

    void run(Contestant contestant, int round) throws InterruptedException {
        String database = "kill%d_%s".formatted(round, contestant.label());
        String url = this.servers.createDatabase(database, Business.TABLES);
        Map<TopicPartition, Long> before = this.topic.ends();
        String tag;
        long killed;
        try (ContestantProcess process = start(contestant, database, url)) {
            process.awaitReady();
            process.transact(Measurements.tag("killwarm", process, round), WARM_UP, true);
            tag = Measurements.tag("kill", process, round);
            process.transactUntilDeath(tag);
            this.time.sleep(LOAD);
            killed = this.time.nanoTime();
            process.kill();
        }
        try (ContestantProcess process = start(contestant, database, url)) {
            process.awaitReady();
            long ready = this.time.nanoTime();
            OptionalLong drained = this.measurements.drained(process, LOOK, PATIENCE);
            Arrivals arrivals = this.topic.since(before, tag);
            OutboxColumn column = OutboxColumn.of(contestant);
            this.results.add(OutboxRows.KILL_FROM_KILL, column, seconds(killed, drained));
            this.results.add(OutboxRows.KILL_FROM_READY, column, seconds(ready, drained));
            this.results.add(OutboxRows.KILL_DUPLICATES, column, arrivals.duplicates());
            this.results.add(OutboxRows.KILL_LOST, column, process.committed(tag) - arrivals.distinct());
            this.results.add(OutboxRows.KILL_INVERSIONS, column, arrivals.inversions());
        }
    }

    private static double seconds(long from, OptionalLong to) {
        return to.isPresent() ? (to.getAsLong() - from) / 1e9 : Double.POSITIVE_INFINITY;
    }

    private ContestantProcess start(Contestant contestant, String database, String url) {
        return new ContestantProcess(contestant, database, url, this.servers, this.topic.name(), this.directory);
    }
}
