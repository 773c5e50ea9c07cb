package io.integrationkit.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.integrationkit.reliable.PolicyChange;
import io.integrationkit.reliable.PolicyChanges;
import io.integrationkit.sample.demo.DeliveryFile;
import io.integrationkit.sample.demo.DemoRunner;
import io.integrationkit.sample.demo.WebhookDelivery;
import io.integrationkit.sample.downstream.Effect;
import io.integrationkit.sample.downstream.MisbehavingDownstream;
import io.integrationkit.sample.hub.GithubEvent;
import io.integrationkit.sample.hub.HubProperties;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The whole hub on real services, after a demo whose deliveries are unlike the bundled ones: unknown events and fields,
 * no repository, no sender, large bodies, all scripts.
 */
@SpringBootTest(
        classes = {SampleApplication.class, EmbeddedServices.class},
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "demo.enabled=true",
            "demo.deliveries=" + HubTests.FILE,
            "demo.count=" + HubTests.COUNT,
            "demo.duplicate-share=0.3",
            "demo.seed=" + HubTests.SEED,
            "demo.report=" + HubTests.REPORT
        })
class HubTests {

    static final String FILE = "src/test/resources/deliveries/other-webhooks.ndjson";

    static final String REPORT = "target/demo-report.json";

    static final int COUNT = 280;

    static final long SEED = 7;

    private final JsonMapper json = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private final HttpClient client = HttpClient.newHttpClient();

    private final Map<String, WebhookDelivery> sent = new HashMap<>();

    @LocalServerPort
    private int port;

    @Autowired
    private DemoRunner demo;

    @Autowired
    private MisbehavingDownstream downstream;

    @Autowired
    private HubProperties properties;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private PolicyChanges changes;

    @Autowired
    private MeterRegistry meters;

    @Autowired
    private KafkaConnectionDetails kafka;

    @BeforeEach
    void rememberWhatWasSent() {
        DeliveryFile.read(Path.of(FILE))
                .cycle(COUNT, SEED)
                .forEach((delivery) -> this.sent.put(delivery.id(), delivery));
    }

    @Test
    void theDemoPassesAndWritesItsReport() throws Exception {
        JsonNode report = this.json.readTree(Files.readAllBytes(Path.of(REPORT)));
        assertThat(this.demo.getExitCode()).as("%s", report).isZero();
        assertThat(report.path("accepted").asInt()).isEqualTo(COUNT);
        assertThat(report.path("effects").asInt()).isEqualTo(COUNT);
        assertThat(report.path("duplicatesDropped").asInt()).isPositive();
        assertThat(report.path("circuitOpened").asInt()).isPositive();
    }

    @Test
    void namesFallBackToLoginsAndThePolicyIsChangedHalfWay() throws Exception {
        JsonNode figures =
                this.json.readTree(Files.readAllBytes(Path.of(REPORT))).path("reliability");
        assertThat(figures.path("fallbacks").asInt()).as("%s", figures).isPositive();
        assertThat(figures.path("budgetRefusals").asInt()).as("%s", figures).isPositive();
        assertThat(figures.path("policyChanges").asInt()).isEqualTo(1);
        assertThat(figures.path("lookupsPer100After").asInt())
                .as("%s", figures)
                .isLessThan(figures.path("lookupsPer100Before").asInt());
    }

    @Test
    void moreThanHalfOfTheNamesBeforeTheChangeAreThoseOfTheChat() {
        FunctionTimer named = this.meters
                .get("integration.calls")
                .tag("operation", "senderProfiles.displayName")
                .tag("outcome", "executed")
                .functionTimer();
        assertThat(named.count()).isGreaterThan(COUNT / 4.0);
    }

    @Test
    void countsByWhichRuleCallsAreGivenUp() {
        assertThat(givenUp("not-retryable")).as("refused for good with 400").isPositive();
        assertThat(givenUp("refused")).as("lookups beyond the rate limit").isPositive();
        assertThat(givenUp("emitted")).isZero();
    }

    private double givenUp(String rule) {
        return this.meters.get("hub.calls.given.up").tag("rule", rule).counter().count();
    }

    @Test
    void theChangeOfThePolicyIsShownWithItsActor() {
        assertThat(this.changes.changes())
                .extracting(PolicyChange::policy, PolicyChange::key, PolicyChange::value, PolicyChange::actor)
                .containsExactly(tuple("profiles", "rate-limit.permits", "5", "demo"));
    }

    @Test
    void bodiesReachTheTopicUnchanged() {
        for (ConsumerRecord<String, byte[]> published : topic()) {
            JsonNode event = this.json.readTree(published.value());
            WebhookDelivery delivery = this.sent.get(event.path("deliveryId").asString());
            assertThat(event.path("body")).isEqualTo(this.json.readTree(delivery.body()));
            assertThat(event.path("event").asString()).isEqualTo(delivery.event());
            assertThat(published.key()).isEqualTo(delivery.key());
        }
    }

    @Test
    void eventsAreCloudEvents() {
        for (ConsumerRecord<String, byte[]> published : topic()) {
            Map<String, String> headers = new HashMap<>();
            for (Header header : published.headers()) {
                headers.put(header.key(), new String(header.value(), StandardCharsets.UTF_8));
            }
            String event = this.json.readTree(published.value()).path("event").asString();
            assertThat(headers)
                    .containsKeys("ce_id", "ce_source", "ce_time")
                    .containsEntry("ce_type", "github." + event)
                    .containsEntry("ce_specversion", "1.0")
                    .containsEntry("ce_dataversion", "1")
                    .containsEntry("content-type", "application/json");
        }
    }

    @Test
    void sequencesHaveNoGapsAndAreTheOrderOfTheTopic() {
        Map<String, List<Long>> sequences = new HashMap<>();
        for (ConsumerRecord<String, byte[]> published : topic()) {
            sequences
                    .computeIfAbsent(published.key(), (key) -> new ArrayList<>())
                    .add(this.json.readTree(published.value()).path("sequence").asLong());
        }
        sequences.forEach((key, ofKey) -> {
            assertThat(ofKey).as(key).isSorted();
            assertThat(ofKey.get(0)).as(key).isEqualTo(1);
            assertThat(ofKey.get(ofKey.size() - 1)).as(key).isEqualTo(ofKey.size());
        });
    }

    @Test
    void activityCountsEachDeliveryOnce() {
        Map<String, Long> expected =
                this.sent.values().stream().collect(Collectors.groupingBy(WebhookDelivery::key, Collectors.counting()));
        Map<String, Long> actual = new HashMap<>();
        this.jdbc
                .sql(
                        "SELECT outbox_key, sequence, (SELECT sum(value::bigint) FROM jsonb_each_text(counts)) FROM activity")
                .query((row) -> {
                    actual.put(row.getString(1), row.getLong(2));
                    assertThat(row.getLong(3)).as(row.getString(1)).isEqualTo(row.getLong(2));
                });
        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void anEventBeyondTheTopicsLimitIsRefusedAndLeavesNothing() throws Exception {
        String body = "{\"repository\":{\"full_name\":\"acme/huge\"},\"text\":\"%s\"}".formatted("x".repeat(2_000_000));
        HttpResponse<String> response = post(body.getBytes(StandardCharsets.UTF_8));
        assertThat(response.statusCode()).isEqualTo(413);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(this.json.readTree(response.body()).path("type").asString())
                .isEqualTo("urn:problem:webhook:event-too-large");
        assertThat(this.jdbc
                        .sql("SELECT count(*) FROM activity WHERE outbox_key = 'acme/huge'")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(this.jdbc
                        .sql("SELECT count(*) FROM integration_outbox")
                        .query(Long.class)
                        .single())
                .isZero();
    }

    @Test
    void theChatHearsOfEachDeliveryOnce() {
        assertThat(this.downstream.log().effects())
                .extracting(Effect::deliveryId)
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(this.sent.keySet());
    }

    @Test
    void theChatHearsOfEachKeyInItsSequenceApartFromWhatWasReplayed() {
        Set<String> deadLettered =
                this.jdbc.sql("SELECT entry_key FROM integration_dead_letter").query(String.class).list().stream()
                        .map((messageId) ->
                                this.downstream.log().deliveryOf(messageId).orElseThrow())
                        .collect(Collectors.toSet());
        assertThat(deadLettered).isNotEmpty();
        Map<String, List<Long>> sequences = this.downstream.log().effects().stream()
                .filter((effect) -> !deadLettered.contains(effect.deliveryId()))
                .collect(Collectors.groupingBy(Effect::key, Collectors.mapping(Effect::sequence, Collectors.toList())));
        assertThat(sequences).allSatisfy((key, ofKey) -> assertThat(ofKey).isSorted());
    }

    private HttpResponse<String> post(byte[] body) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(this.properties.github().secret().getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:%d/webhooks/github".formatted(this.port)))
                .header("X-GitHub-Event", "push")
                .header("X-GitHub-Delivery", "too-large")
                .header("X-Hub-Signature-256", "sha256=" + HexFormat.of().formatHex(mac.doFinal(body)))
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        return this.client.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private List<ConsumerRecord<String, byte[]>> topic() {
        Map<String, Object> config = Map.of("bootstrap.servers", this.kafka.getBootstrapServers());
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(GithubEvent.TOPIC).stream()
                    .map((info) -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            long total = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            while (records.size() < total) {
                consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
            }
        }
        assertThat(records).hasSizeGreaterThanOrEqualTo(COUNT);
        return records;
    }
}
