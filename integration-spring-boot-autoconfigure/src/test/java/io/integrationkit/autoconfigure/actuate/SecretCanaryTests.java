package io.integrationkit.autoconfigure.actuate;

import static io.integrationkit.autoconfigure.actuate.Canary.PLAIN;
import static io.integrationkit.autoconfigure.actuate.Canary.SECRET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.integrationkit.autoconfigure.actuate.EndpointApplication.Answer;
import io.integrationkit.autoconfigure.actuate.EndpointApplication.WithWebEndpoints;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.ReplayAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.listener.ListenerAutoConfiguration;
import io.integrationkit.autoconfigure.outbox.OutboxAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.autoconfigure.verification.VerificationAutoConfiguration;
import io.integrationkit.deadletter.AesGcmCipher;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterCipher;
import io.integrationkit.deadletter.DeadLetterDetails;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxMessage;
import io.integrationkit.testsupport.KafkaBroker;
import io.integrationkit.testsupport.PostgresDatabase;
import io.integrationkit.testsupport.Spans;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.actuate.endpoint.web.ExposableWebEndpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointHttpMethod;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.actuate.endpoint.web.WebOperation;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Puts a secret into arguments, payloads, headers, messages of exceptions and URLs of all that can be given up, and looks
 * for it wherever the kit writes something.
 */
@ExtendWith(OutputCaptureExtension.class)
class SecretCanaryTests {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Intervention BY = new Intervention("anna", "try again");

    /** Columns that may hold the secret, if there is no cipher. */
    private static final List<String> CONTENT = List.of("arguments", "headers", "payload");

    @AfterEach
    void quieten() {
        LoggingSystem.get(getClass().getClassLoader()).setLogLevel("io.integrationkit", null);
    }

    @ParameterizedTest
    @CsvSource({"h2,false", "h2,true", "postgresql,false", "postgresql,true"})
    void aSecretIsNowhereButInTheStoreAndThereEncrypted(String database, boolean encrypted, CapturedOutput output)
            throws Exception {
        String topic = KafkaBroker.newTopic(1);
        try (EndpointApplication application = start(topic, database, encrypted)) {
            giveUp(application, topic);
            List<DeadLetter> entries = entries(application);
            assertThat(entries).extracting(DeadLetter::name).containsOnly("bank.charge", "orders", topic);

            assertThat(output.getAll()).contains("dead letter");
            assertHidden("log", output.getAll());
            assertHidden("entries", entries.toString());
            ByteArrayOutputStream exported = new ByteArrayOutputStream();
            assertThat(application.bean(DeadLetters.class).export(DeadLetterFilter.all(), exported))
                    .isEqualTo(3);
            assertHidden("export", exported.toString(StandardCharsets.UTF_8));
            for (DeadLetter entry : entries) {
                assertThat(entry.message()).contains("***");
                String shown = shown(application, entry.id());
                assertThat(shown).contains("***").doesNotContain(SECRET);
                // No class is known of the type of the event, so nothing of it is shown.
                assertThat(shown.contains(PLAIN)).isEqualTo(!entry.name().equals("orders"));
            }
            assertEndpointsHide(application, entries);
            assertMetersHide(application);
            assertSpansHide(application);
            application
                    .context()
                    .getBeansOfType(HealthIndicator.class)
                    .forEach((name, indicator) -> assertHidden(name, String.valueOf(indicator.health())));
            assertTablesHide(application, encrypted);
        }
        assertHidden("log", output.getAll());
    }

    private static EndpointApplication start(String topic, String database, boolean encrypted) {
        List<String> properties = new ArrayList<>(List.of(
                "topic=" + topic,
                "encrypted=" + encrypted,
                "logging.level.io.integrationkit=trace",
                "integration.jdbc.initialize-schema=always",
                "integration.reliable.policies.bank.max-attempts=2",
                "integration.reliable.policies.bank.base-delay=1ms",
                "spring.kafka.bootstrap-servers=" + KafkaBroker.address(),
                "spring.kafka.consumer.group-id=" + topic,
                "spring.kafka.consumer.auto-offset-reset=earliest"));
        if (database.equals("h2")) {
            properties.add("spring.datasource.generate-unique-name=true");
        } else {
            properties.add("spring.datasource.url=" + PostgresDatabase.url());
            properties.add("spring.datasource.username=postgres");
        }
        return EndpointApplication.start(Application.class, "*", properties.toArray(String[]::new));
    }

    /** Gives up a call, a message of the outbox and a record, and replays the first two of them in vain. */
    private static void giveUp(EndpointApplication application, String topic) throws Exception {
        DeadLetters deadLetters = application.bean(DeadLetters.class);
        application.bean(Canary.Bank.class).charge(new Canary.Order(PLAIN, SECRET, SECRET), SECRET);
        byte[] payload = Canary.PAYLOAD.getBytes(StandardCharsets.UTF_8);
        new TransactionTemplate(application.bean(PlatformTransactionManager.class))
                .executeWithoutResult((status) -> application
                        .bean(Outbox.class)
                        .publish(OutboxMessage.of("order.placed", "orders", payload)
                                .withHeader("Authorization", "Bearer " + SECRET)));
        await().atMost(PATIENCE).until(() -> deadLetters.count(DeadLetterFilter.all()) == 2);
        ProducerRecord<Object, Object> sent = new ProducerRecord<>(topic, Canary.PAYLOAD);
        sent.headers().add("Authorization", ("Bearer " + SECRET).getBytes(StandardCharsets.UTF_8));
        template(application).send(sent).get();
        await().atMost(PATIENCE).until(() -> deadLetters.count(DeadLetterFilter.all()) == 3);
        for (DeadLetter entry : entries(application)) {
            if (!entry.name().equals(topic)) {
                assertHidden("replay", deadLetters.replay(entry.id(), BY).toString());
            }
        }
        await().atMost(PATIENCE)
                .until(() -> deadLetters.count(DeadLetterFilter.all().withStatus(DeadLetter.Status.NEW)) == 3);
    }

    @SuppressWarnings("unchecked")
    private static KafkaTemplate<Object, Object> template(EndpointApplication application) {
        return application.bean(KafkaTemplate.class);
    }

    private static List<DeadLetter> entries(EndpointApplication application) {
        return application.bean(DeadLetters.class).list(DeadLetterFilter.all(), null, 10);
    }

    private static String shown(EndpointApplication application, String id) {
        DeadLetterDetails shown = application.bean(DeadLetters.class).show(id).orElseThrow();
        return "%s %s %s %s".formatted(shown, shown.content(), shown.headers(), shown.history());
    }

    private static void assertHidden(String where, String text) {
        assertThat(text).as(where).doesNotContainIgnoringCase(SECRET).doesNotContainIgnoringCase(PLAIN);
    }

    /** All addresses that are there, with each entry and each operation in the place of what is to be filled in. */
    private static void assertEndpointsHide(EndpointApplication application, List<DeadLetter> entries)
            throws Exception {
        List<String> names = new ArrayList<>(List.of("bank.charge", "orders", "groups", "jobs", "preview", "export"));
        entries.forEach((entry) -> names.add(entry.id()));
        TreeSet<String> asked = new TreeSet<>();
        for (ExposableWebEndpoint endpoint :
                application.bean(WebEndpointsSupplier.class).getEndpoints()) {
            for (WebOperation operation : endpoint.getOperations()) {
                if (operation.getRequestPredicate().getHttpMethod() == WebEndpointHttpMethod.GET) {
                    String path = operation.getRequestPredicate().getPath();
                    names.forEach((name) -> asked.add(path.replaceAll("\\{[^}]*}", name)));
                }
            }
        }
        TreeMap<String, Integer> answered = new TreeMap<>();
        for (String path : asked) {
            Answer answer = new EndpointApplication(application.context(), application.client(), path).get("");
            // What comes of the content itself is masked, so only what is sensitive must not be in it.
            assertThat(answer.body()).as(path).doesNotContain(SECRET);
            if (entries.stream().noneMatch((entry) -> path.equals("deadletters/" + entry.id()))) {
                assertHidden(path, answer.body());
            }
            answered.put(path, answer.status());
        }
        assertThat(answered)
                .containsEntry("deadletters", 200)
                .containsEntry("deadletters/" + entries.get(0).id(), 200)
                .containsEntry("deadletters/groups", 200)
                .containsEntry("deadletters/preview", 200)
                .containsEntry("deadletters/jobs", 200)
                .containsEntry("deadletters/export", 200)
                .containsEntry("outbox", 200)
                .containsEntry("integration", 200)
                .containsEntry("idempotency", 200);
    }

    private static void assertMetersHide(EndpointApplication application) {
        MeterRegistry registry = application.bean(MeterRegistry.class);
        application.context().getBeansOfType(MeterBinder.class).values().forEach((binder) -> binder.bindTo(registry));
        StringBuilder meters = new StringBuilder();
        registry.getMeters()
                .forEach((meter) ->
                        meters.append(meter.getId()).append(meter.getId().getDescription()));
        assertThat(meters).contains("integration.dead");
        assertHidden("meters", meters.toString());
    }

    private static void assertSpansHide(EndpointApplication application) {
        StringBuilder spans = new StringBuilder();
        application
                .bean(Spans.class)
                .await("", 3)
                .forEach((span) -> spans.append(span.getName())
                        .append(span.getAttributes())
                        .append(span.getStatus())
                        .append(span.getLinks())
                        .append(span.getEvents())
                        .append(span.getEvents().stream()
                                .map((event) -> event.getAttributes().toString())
                                .toList()));
        assertThat(spans).contains("exception.message");
        assertHidden("spans", spans.toString());
    }

    private static void assertTablesHide(EndpointApplication application, boolean encrypted) {
        JdbcTemplate jdbc = application.bean(JdbcTemplate.class);
        List<String> tables = jdbc.queryForList(
                "select table_name from information_schema.tables where lower(table_name) like 'integration_%'",
                String.class);
        TreeSet<String> found = new TreeSet<>();
        for (String table : tables) {
            jdbc.query("select * from " + table, (row) -> {
                for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
                    String column = row.getMetaData().getColumnName(i).toLowerCase(Locale.ROOT);
                    String value = CONTENT.subList(1, 3).contains(column) && row.getBytes(i) != null
                            ? new String(row.getBytes(i), StandardCharsets.ISO_8859_1)
                            : String.valueOf(row.getString(i));
                    if (value.contains(SECRET) || value.contains(PLAIN)) {
                        found.add(table.toLowerCase(Locale.ROOT) + "." + column);
                    }
                }
            });
        }
        assertThat(tables).hasSizeGreaterThan(3);
        assertThat(found)
                .containsExactlyElementsOf(
                        encrypted
                                ? List.of()
                                : CONTENT.stream()
                                        .map((column) -> "integration_dead_letter." + column)
                                        .toList());
        assertThat(jdbc.queryForObject(
                        "select count(*) from integration_dead_letter where cipher is not null", Long.class))
                .isEqualTo(encrypted ? 3 : 0);
    }

    @Configuration(proxyBeanMethods = false)
    @WithWebEndpoints
    @ImportAutoConfiguration({
        KafkaAutoConfiguration.class,
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        JdbcTemplateAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        CallAutoConfiguration.class,
        ReliableAutoConfiguration.class,
        IntegrationJdbcAutoConfiguration.class,
        EventAutoConfiguration.class,
        DeadLetterAutoConfiguration.class,
        ReplayAutoConfiguration.class,
        OutboxAutoConfiguration.class,
        ListenerAutoConfiguration.class,
        IdempotencyAutoConfiguration.class,
        VerificationAutoConfiguration.class,
        IntegrationMetricsAutoConfiguration.class,
        IntegrationTracingAutoConfiguration.class,
        IntegrationHealthAutoConfiguration.class,
        DeadLettersEndpointAutoConfiguration.class,
        IdempotencyEndpointAutoConfiguration.class,
        IntegrationEndpointAutoConfiguration.class,
        OutboxEndpointAutoConfiguration.class
    })
    static class Application {

        @Bean
        Canary.Bank bank() {
            return new Canary.Bank();
        }

        @Bean
        Canary.Orders orders() {
            return new Canary.Orders();
        }

        @Bean
        Canary.Records records() {
            return new Canary.Records();
        }

        @Bean
        MeterRegistry meters() {
            return new SimpleMeterRegistry();
        }

        @Bean
        Spans spans() {
            return new Spans();
        }

        @Bean
        Tracer tracer(Spans spans) {
            return spans.tracer();
        }

        @Bean
        ObservationRegistry observations(Spans spans) {
            return spans.registry();
        }

        @Bean
        @ConditionalOnProperty(name = "encrypted", havingValue = "true")
        DeadLetterCipher cipher() {
            SecureRandom random = new SecureRandom();
            byte[] key = new byte[32];
            random.nextBytes(key);
            return new AesGcmCipher(Map.of("k1", key), "k1", random);
        }
    }
}
