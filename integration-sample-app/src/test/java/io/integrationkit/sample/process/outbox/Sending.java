package io.integrationkit.sample.process.outbox;

import java.util.List;

/** How the applications send, and whether that may repeat something. */
enum Sending {
    /** With the default settings of the outbox. */
    STRICT(64) {
        @Override
        long mostDuplicates(long whereRepetitionsMayBe) {
            return whereRepetitionsMayBe;
        }
    },

    /** With as few shards as the documentation advises. */
    TRANSACTIONAL(
            8,
            "--integration.outbox.send-mode=transactional",
            "--integration.outbox.shards=8",
            "--integration.outbox.transactional.progress-topic=progress") {
        @Override
        long mostDuplicates(long whereRepetitionsMayBe) {
            return 0;
        }
    };

    private final int shards;

    private final List<String> settings;

    Sending(int shards, String... settings) {
        this.shards = shards;
        this.settings = List.of(settings);
    }

    /** Most messages that may come again, of a number that holds where they may at all. */
    abstract long mostDuplicates(long whereRepetitionsMayBe);

    int shards() {
        return this.shards;
    }

    /** Arguments of the applications. */
    List<String> settings() {
        return this.settings;
    }
}
