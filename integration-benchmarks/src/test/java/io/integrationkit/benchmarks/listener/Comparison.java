package io.integrationkit.benchmarks.listener;

import io.integrationkit.benchmarks.load.Results.Row;
import java.util.Locale;

/** Two listeners of one topic that are compared. */
enum Comparison {
    /** What the inbox costs where messages come in batches. */
    BATCH_INBOX(
            "batches of 100 with the JDBC inbox against without",
            BatchListeners.TOPIC,
            BatchListeners.PLAIN,
            BatchListeners.DEDUPLICATED,
            20_000,
            0.7),

    /** The same where the handler has a statement for each message, as most have. */
    BATCH_INBOX_EACH(
            "batches of 100 with the JDBC inbox against without, a statement a record",
            BatchListeners.TOPIC_EACH,
            BatchListeners.PLAIN_EACH,
            BatchListeners.DEDUPLICATED_EACH,
            20_000,
            0.7),

    /** What handling several keys of a partition at the same time brings where a handler takes 20 ms. */
    PARALLEL_KEYS(
            "a handler of 20 ms on one partition, eight keys at a time against one record at a time",
            CallListeners.TOPIC,
            CallListeners.ONE_BY_ONE,
            CallListeners.KEY_BY_KEY,
            600,
            6);

    private final String label;

    private final String topic;

    private final String base;

    private final String ours;

    private final int records;

    private final double bar;

    Comparison(String label, String topic, String base, String ours, int records, double bar) {
        this.label = label;
        this.topic = topic;
        this.base = base;
        this.ours = ours;
        this.records = records;
        this.bar = bar;
    }

    /** Name by which {@code load.only} chooses it. */
    String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    String label() {
        return this.label;
    }

    /** A topic of its own, of one partition. */
    String topic() {
        return this.topic;
    }

    /** Id of the listener against which ours is measured. */
    String base() {
        return this.base;
    }

    /** Id of our listener. */
    String ours() {
        return this.ours;
    }

    /** How many records each has to handle in a round. */
    int records() {
        return this.records;
    }

    /** The least that ours may do in terms of what the other does. */
    double bar() {
        return this.bar;
    }

    Row rate() {
        return new Row(this.label + ", records/s", 0, false);
    }

    Row application() {
        return new Row("the same, µs of CPU of the application a record", 1, false);
    }

    Row database() {
        return new Row("the same, µs of CPU of the database a record", 1, false);
    }
}
