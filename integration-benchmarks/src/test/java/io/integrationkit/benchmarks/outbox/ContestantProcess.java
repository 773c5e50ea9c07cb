package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.JavaProcess;
import io.integrationkit.benchmarks.load.Servers;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.jdbc.core.JdbcTemplate;

/** A contestant as the run sees it: its process, and its database from outside. */
final class ContestantProcess implements AutoCloseable {

    private final Contestant contestant;

    private final JdbcTemplate jdbc;

    private final JavaProcess process;

    /** Starts the process; it is ready after {@link #awaitReady}. */
    ContestantProcess(
            Contestant contestant, String database, String url, Servers servers, String topic, Path directory) {
        this.contestant = contestant;
        this.jdbc = servers.jdbc(database);
        this.process = new JavaProcess(
                database, directory, ContestantMain.class, contestant.name(), url, servers.bootstrapServers(), topic);
    }

    void awaitReady() {
        this.process.answer();
    }

    Contestant contestant() {
        return this.contestant;
    }

    void startRelay() {
        this.process.ask("start");
    }

    /** Returns at once, so that one can watch it begin; {@link #awaitAnswer} comes later. */
    void beginToRelay() {
        this.process.tell("start");
    }

    void stopRelay() {
        this.process.ask("stop");
    }

    void awaitAnswer() {
        this.process.answer();
    }

    long cpuNanos() {
        return Long.parseLong(this.process.ask("cpu"));
    }

    Count transact(String tag, Duration duration, boolean publishing) {
        return count("transact %s %d %s".formatted(tag, duration.toMillis(), publishing));
    }

    /** Transactions that go on until the process dies. */
    void transactUntilDeath(String tag) {
        this.process.tell(
                "transact %s %d true".formatted(tag, Duration.ofHours(1).toMillis()));
    }

    Count bursts(String tag, int keysOfEach, int length) {
        return count("bursts %s %d %d".formatted(tag, keysOfEach, length));
    }

    Count fill(String tag, int messages) {
        return count("fill %s %d".formatted(tag, messages));
    }

    Count produce(String tag, int messages) {
        return count("produce %s %d".formatted(tag, messages));
    }

    Latency latency(String tag, Duration duration, boolean publishing) {
        String[] answer = this.process
                .ask("latency %s %d %s".formatted(tag, duration.toMillis(), publishing ? "outbox" : "direct"))
                .split(" ");
        return new Latency(Double.parseDouble(answer[0]), Double.parseDouble(answer[1]));
    }

    private Count count(String command) {
        String[] answer = this.process.ask(command).split(" ");
        return new Count(Long.parseLong(answer[0]), Long.parseLong(answer[1]));
    }

    /** Whether nothing is owed. */
    boolean drained() {
        return this.jdbc
                .queryForList("SELECT 1 FROM " + this.contestant.table() + " LIMIT 1")
                .isEmpty();
    }

    /** How many transactions of that tag were committed. */
    long committed(String tag) {
        Long count = this.jdbc.queryForObject(Business.COMMITTED, Long.class, tag);
        return (count != null) ? count : 0;
    }

    void kill() throws InterruptedException {
        this.process.kill();
    }

    @Override
    public void close() {
        this.process.close();
    }

    /**
     * What was done.
     *
     * @param done how much
     * @param nanos how long it took
     */
    record Count(long done, long nanos) {

        double perSecond() {
            return this.done * 1e9 / this.nanos;
        }
    }

    /**
     * Latency.
     *
     * @param median half of the messages were faster, milliseconds
     * @param p99 all but a hundredth were
     */
    record Latency(double median, double p99) {}
}
