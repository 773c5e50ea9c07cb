package io.integrationkit.benchmarks.outbox;

import java.util.Locale;
import java.util.Map;

/** An outbox that takes part. Each is a Spring Boot application of its own, in its own process and database. */
enum Contestant {
    /** What can be written by hand; it also runs what has no outbox: the plain transaction and the producer alone. */
    FLOOR("outbox", FloorOutbox.class, "org.springframework.", Map.of()),

    /** Our starter with its defaults. */
    KIT("integration_outbox", KitOutbox.class, "io.integrationkit.", KitOutbox.SETTINGS),

    /** Namastack with the settings of its own performance test. */
    NAMASTACK("outbox_record", NamastackOutbox.class, "io.namastack.", NamastackOutbox.SETTINGS);

    private final String table;

    private final Class<?> application;

    private final String autoConfiguration;

    private final Map<String, String> settings;

    Contestant(String table, Class<?> application, String autoConfiguration, Map<String, String> settings) {
        this.table = table;
        this.application = application;
        this.autoConfiguration = autoConfiguration;
        this.settings = settings;
    }

    /** The table in which a row is a message that is owed. */
    String table() {
        return this.table;
    }

    Class<?> application() {
        return this.application;
    }

    /** Beginning of the names of the auto-configurations it needs beside Spring's. */
    String autoConfiguration() {
        return this.autoConfiguration;
    }

    Map<String, String> settings() {
        return this.settings;
    }

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
