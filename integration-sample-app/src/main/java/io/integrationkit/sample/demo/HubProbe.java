package io.integrationkit.sample.demo;

import io.integrationkit.sample.hub.GithubEvent;
import java.net.URI;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Looks at a hub through its database, its topic and its Actuator, whether or not it runs in this process. */
public final class HubProbe implements HubView, AutoCloseable {

    private static final List<String> LISTENERS = List.of("projection", "chat");

    private static final JsonMapper JSON = new JsonMapper();

    /** Whatever fails still, all of it is tried: the chat is repaired, so there is nothing to find out first. */
    private static final String REPAIRED =
            "{\"action\":\"replay\",\"ladder\":\"\",\"maxFailureRatio\":1,\"actor\":\"demo\",\"reason\":\"the chat is repaired\"}";

    private final DataSource dataSource;

    private final TopicProbe topic;

    private final ActuatorClient actuator;

    /**
     * Creates a probe.
     *
     * @param dataSource the hub's database
     * @param bootstrapServers the hub's broker
     * @param actuator address of the hub's Actuator, such as {@code http://localhost:8080/actuator}
     */
    public HubProbe(DataSource dataSource, String bootstrapServers, URI actuator) {
        this.dataSource = dataSource;
        this.topic = new TopicProbe(bootstrapServers, GithubEvent.TOPIC, LISTENERS);
        this.actuator = new ActuatorClient(actuator);
    }

    /** Reads the outbox before the topic, so that a message on its way between them is not missed. */
    @Override
    public Flow flow() {
        List<Long> inOutbox = query("SELECT count(*) FROM integration_outbox", (row) -> row.getLong(1));
        long published = 0;
        long consumed = 0;
        for (TopicProbe.Span span : this.topic.spans().values()) {
            published += span.end() - span.begin();
            consumed += span.committed() - span.begin();
        }
        return new Flow(inOutbox.get(0), published, consumed);
    }

    @Override
    public Set<String> pendingDeliveries() {
        Set<String> ids = new HashSet<>();
        query("SELECT payload FROM integration_outbox", (row) -> row.getBytes(1))
                .forEach((payload) -> ids.add(deliveryId(payload)));
        this.topic.unconsumed((payload) -> ids.add(deliveryId(payload)));
        return ids;
    }

    private static String deliveryId(byte[] payload) {
        try {
            return JSON.readTree(payload).path("deliveryId").asString("unreadable message");
        } catch (JacksonException ex) {
            return "unreadable message";
        }
    }

    @Override
    public List<DeadLetterEntry> deadLetters() {
        List<DeadLetterEntry> entries = new ArrayList<>();
        String after = "";
        do {
            JsonNode page = this.actuator.get("/deadletters?limit=1000" + (after.isEmpty() ? "" : "&after=" + after));
            page.path("entries").forEach((entry) -> entries.add(entry(entry)));
            after = page.path("next").asString("");
        } while (!after.isEmpty());
        return entries;
    }

    private static DeadLetterEntry entry(JsonNode entry) {
        String messageId = entry.path("messageId").asString(entry.path("key").asString(""));
        String status = entry.path("status").asString();
        return new DeadLetterEntry(
                entry.path("id").asString(),
                messageId.isEmpty() ? null : messageId,
                status.equals("NEW") || status.equals("REPLAYING"));
    }

    @Override
    public void replayDeadLetters() {
        for (JsonNode job : this.actuator.get("/deadletters/jobs?limit=1").path("jobs")) {
            if (job.path("status").asString("").equals("RUNNING")) {
                return;
            }
        }
        this.actuator.post("/deadletters", REPAIRED);
    }

    @Override
    public Map<KeyAndEvent, Long> projection() {
        Map<KeyAndEvent, Long> counts = new HashMap<>();
        query(
                        "SELECT outbox_key, event, deliveries FROM projection",
                        (row) -> Map.entry(new KeyAndEvent(row.getString(1), row.getString(2)), row.getLong(3)))
                .forEach((entry) -> counts.put(entry.getKey(), entry.getValue()));
        return counts;
    }

    @Override
    public long circuitOpened() {
        long opened = 0;
        for (JsonNode breaker : this.actuator.get("/integration").path("breakers")) {
            opened += breaker.path("opened").asLong();
        }
        return opened;
    }

    @Override
    public long budgetRefusals() {
        return this.actuator.count("/metrics/hub.calls.given.up?tag=rule:budget");
    }

    @Override
    public long fallbacks() {
        return this.actuator.count(
                "/metrics/integration.calls?tag=operation:senderProfiles.displayName&tag=outcome:recovered");
    }

    private <T> List<T> query(String sql, RowReader<T> reader) {
        try (Connection connection = this.dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            List<T> result = new ArrayList<>();
            while (rows.next()) {
                result.add(reader.read(rows));
            }
            return result;
        } catch (SQLException ex) {
            throw new HubUnreachableException("The database", ex);
        }
    }

    @Override
    public void close() {
        this.topic.close();
    }

    @FunctionalInterface
    private interface RowReader<T> {

        T read(ResultSet row) throws SQLException;
    }
}
