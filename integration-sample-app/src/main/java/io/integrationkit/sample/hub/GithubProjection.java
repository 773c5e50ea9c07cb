package io.integrationkit.sample.hub;

import io.integrationkit.deduplicate.Deduplicate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Counts the published events in a table of its own; each is counted once, however often Kafka hands it over. */
@Component
class GithubProjection {

    private static final String COUNT = """
            INSERT INTO projection AS p (outbox_key, event, deliveries, last_sequence)
            VALUES (:key, :event, 1, :sequence)
            ON CONFLICT (outbox_key, event) DO UPDATE SET
                deliveries = p.deliveries + 1,
                last_sequence = greatest(p.last_sequence, excluded.last_sequence)
            """;

    private final JdbcClient jdbc;

    GithubProjection(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @KafkaListener(id = "projection", topics = GithubEvent.TOPIC)
    @Transactional
    @Deduplicate(id = "#messageId")
    public void count(@Payload GithubEvent event, @Header("ce_id") String messageId) {
        this.jdbc
                .sql(COUNT)
                .param("key", event.key())
                .param("event", event.event())
                .param("sequence", event.sequence())
                .update();
    }
}
