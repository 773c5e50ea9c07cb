package io.integrationkit.sample.process.consumer;

import io.integrationkit.event.CloudEventHeaders;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * What handlers do: write a row for each event, in the order the database counts them, and work for a while with it not
 * committed. Those that fail do so after they have written it. Nothing in the table keeps an event from having two rows.
 */
final class Effects {

    private static final int STUMBLES = 2;

    private final JdbcTemplate jdbc;

    private final JsonMapper mapper;

    private final String instance;

    private final AtWork atWork;

    private final Duration longestWork;

    private final Map<String, Integer> stumbles = new ConcurrentHashMap<>();

    Effects(JdbcTemplate jdbc, JsonMapper mapper, String instance, AtWork atWork, Duration longestWork) {
        this.jdbc = jdbc;
        this.mapper = mapper;
        this.instance = instance;
        this.atWork = atWork;
        this.longestWork = longestWork;
    }

    void of(String handler, ConsumerRecord<String, byte[]> received) {
        String id =
                new String(received.headers().lastHeader(CloudEventHeaders.ID).value(), StandardCharsets.UTF_8);
        of(handler, id, this.mapper.readValue(received.value(), Numbered.class));
    }

    void of(String handler, String id, Numbered event) {
        Style style = Style.ofHandler(handler);
        this.jdbc.update(
                "INSERT INTO effect (handler, event_id, k, seq, instance) VALUES (?, ?, ?, ?, ?)",
                handler,
                id,
                event.key(),
                event.sequence(),
                this.instance);
        this.atWork.set(style, true);
        try {
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(this.longestWork.toNanos()));
            fail(style, handler, id, event.kind());
        } finally {
            this.atWork.set(style, false);
        }
    }

    private void fail(Style style, String handler, String id, Numbered.Kind kind) {
        if (kind == Numbered.Kind.STUMBLING && this.stumbles.merge(handler + " " + id, 1, Integer::sum) <= STUMBLES) {
            throw new IntegrationException("down for a moment", FailureCategory.TEMPORARY, true);
        }
        if (kind == Numbered.Kind.REFUSED && handler.equals(style.handlers().get(0))) {
            throw new IntegrationException("refused", FailureCategory.PERMANENT, false);
        }
    }
}
