package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Results.Column;

/** Who is measured, in the order of the table. */
enum OutboxColumn implements Column {
    PLAIN("plain transaction"),
    KAFKA("Kafka alone"),
    FLOOR("floor"),
    KIT("ours"),
    NAMASTACK("namastack");

    private final String label;

    OutboxColumn(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return this.label;
    }

    static OutboxColumn of(Contestant contestant) {
        return valueOf(contestant.name());
    }
}
