package io.integrationkit.sample.hub;

import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** What happened to each key: a row a key, with a sequence that rises by one with each delivery. */
@Repository
class ActivityTable {

    /** One statement: of two first deliveries of a key one inserts, the other waits for its commit and updates. */
    private static final String ADD = """
            INSERT INTO activity AS a (outbox_key, sequence, counts, last_event, last_action)
            VALUES (:key, 1, jsonb_build_object(:event::text, 1), :event, :action)
            ON CONFLICT (outbox_key) DO UPDATE SET
                sequence = a.sequence + 1,
                counts = a.counts || jsonb_build_object(:event::text, coalesce((a.counts ->> :event)::bigint, 0) + 1),
                last_event = excluded.last_event,
                last_action = excluded.last_action
            RETURNING sequence
            """;

    private final JdbcClient jdbc;

    ActivityTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Counts a delivery and returns its sequence; the row stays locked until the transaction ends. */
    long add(String key, String event, @Nullable String action) {
        return this.jdbc
                .sql(ADD)
                .param("key", key)
                .param("event", event)
                .param("action", action)
                .query(Long.class)
                .single();
    }
}
