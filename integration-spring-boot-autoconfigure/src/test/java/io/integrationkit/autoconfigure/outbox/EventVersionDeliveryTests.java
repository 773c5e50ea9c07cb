package io.integrationkit.autoconfigure.outbox;

import static io.integrationkit.autoconfigure.outbox.Publishing.awaitDelivered;
import static io.integrationkit.autoconfigure.outbox.Publishing.publish;
import static io.integrationkit.autoconfigure.outbox.Publishing.transaction;
import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.event.CloudEventHeaders;
import io.integrationkit.event.Downcaster;
import io.integrationkit.event.EventHandler;
import io.integrationkit.event.EventType;
import io.integrationkit.event.PayloadSteps;
import io.integrationkit.event.Upcaster;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.outbox.MessageDestination;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxRecord;
import io.integrationkit.outbox.OutboxStatistics;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Releases of an application one after the other on the same database, the event's structure changing between them. */
class EventVersionDeliveryTests {

    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withPropertyValues(
                    "spring.datasource.url=jdbc:h2:mem:%s;DB_CLOSE_DELAY=-1".formatted(UUID.randomUUID()),
                    "spring.application.name=shop")
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    EventAutoConfiguration.class,
                    IntegrationJdbcAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    OutboxAutoConfiguration.class,
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionAutoConfiguration.class));

    private final ApplicationContextRunner oldRelease = this.application.withUserConfiguration(Old.class);

    private final ApplicationContextRunner newRelease = this.application.withUserConfiguration(New.class);

    @Test
    void rowsThatOlderCodeLeftAreDeliveredAsTodaysEvent() {
        this.oldRelease.withUserConfiguration(FailsForNow.class).run((context) -> {
            publish(context, new Placed1("o-1", "Ada Lovelace"));
            OutboxStatistics statistics = context.getBean(OutboxStatistics.class);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> statistics.failed() > 0);
            assertThat(statistics.backlog().messages()).isEqualTo(1);
        });
        this.newRelease.run((context) -> {
            awaitDelivered(context);
            assertThat(context.getBean(Handlers.class).seen).containsExactly("o-1 Ada/Lovelace");
        });
    }

    @Test
    void deadLettersOfOlderCodeAreReplayedAsTodaysEvent() {
        this.oldRelease.withUserConfiguration(Refuses.class).run((context) -> {
            publish(context, new Placed1("o-1", "Ada Lovelace"));
            awaitDelivered(context);
            assertThat(letters(context)).hasSize(1);
        });
        this.newRelease.run((context) -> {
            DeadLetter letter = letters(context).get(0);
            context.getBean(DeadLetters.class).replay(letter.id());
            Handlers handlers = context.getBean(Handlers.class);
            Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> !handlers.seen.isEmpty());
            assertThat(handlers.seen).containsExactly("o-1 Ada/Lovelace");
        });
    }

    @Test
    void oneReleaseBackTheNewerEventIsParkedUntilItIsKnownAgain() {
        ApplicationContextRunner back = this.oldRelease
                .withUserConfiguration(Accepts.class)
                .withPropertyValues("integration.events.newer-versions-of.order.placed=park");
        this.newRelease.withUserConfiguration(Blocks.class).run((context) -> {
            publish(context, new Placed2("o-2", "Grace", "Hopper"));
            OutboxStatistics statistics = context.getBean(OutboxStatistics.class);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> statistics.failed() > 0
                            && !context.getBean(Handlers.class).seen.isEmpty());
        });
        back.run((context) -> {
            awaitDelivered(context);
            assertThat(context.getBean(Accepts.class).seen).isEmpty();
            assertThat(letters(context))
                    .singleElement()
                    .satisfies((letter) -> assertThat(letter.message()).contains("INT-315"));
        });
    }

    @Test
    void handlersOfAllVersionsOfATypeGetItInTheirOwn() {
        this.newRelease.withUserConfiguration(Both.class).run((context) -> {
            publish(context, new Placed1("o-1", "Ada Lovelace"));
            publish(context, new Placed2("o-2", "Grace", "Hopper"));
            awaitDelivered(context);
            assertThat(context.getBean(Handlers.class).seen)
                    .containsExactlyInAnyOrder("o-1 Ada/Lovelace", "o-2 Grace/Hopper");
            assertThat(context.getBean(Both.class).seen)
                    .as("the newer event goes back through the downcaster")
                    .containsExactlyInAnyOrder("o-1 Ada Lovelace", "o-2 Grace Hopper");
        });
    }

    @Test
    void slowConsumersGetTheVersionTheyKnowAndOurHandlersTheEventAsItIs() {
        this.newRelease
                .withUserConfiguration(Topic.class, Both.class)
                .withPropertyValues("integration.events.publish-as.order.placed=1")
                .run((context) -> {
                    publish(context, new Placed2("o-2", "Grace Brewster", "Hopper"));
                    transaction(context)
                            .executeWithoutResult((status) -> context.getBean(Outbox.class)
                                    .publish("orders", "o-3", new Placed2("o-3", "Ada", "Lovelace")));
                    awaitDelivered(context);
                    assertThat(context.getBean(Handlers.class).seen)
                            .as("there and back again it would be divided elsewhere")
                            .containsExactly("o-2 Grace Brewster/Hopper");
                    List<OutboxRecord> received = context.getBean(Topic.class).received;
                    assertThat(received)
                            .extracting((message) -> new String(message.payload(), StandardCharsets.UTF_8))
                            .containsExactlyInAnyOrder(
                                    "{\"orderId\":\"o-2\",\"name\":\"Grace Brewster Hopper\"}",
                                    "{\"orderId\":\"o-3\",\"name\":\"Ada Lovelace\"}");
                    assertThat(received).allSatisfy((message) -> {
                        assertThat(message.eventVersion()).isEqualTo(1);
                        assertThat(message.headers()).containsEntry(CloudEventHeaders.DATA_VERSION, "1");
                    });
                });
    }

    private static List<DeadLetter> letters(ApplicationContext context) {
        return context.getBean(DeadLetters.class).list(DeadLetterFilter.all(), null, 10);
    }

    @EventType(value = "order.placed", version = 1, key = "orderId")
    record Placed1(String orderId, String name) {}

    @EventType(value = "order.placed", version = 2, key = "orderId", destination = "${topic:}")
    record Placed2(String orderId, String firstName, String lastName) {}

    @Configuration(proxyBeanMethods = false)
    static class Old {}

    @Configuration(proxyBeanMethods = false)
    static class New {

        @Bean
        Upcaster splitsTheName() {
            return Upcaster.of("order.placed", 1, PayloadSteps.none().split("/name", " ", "/firstName", "/lastName"));
        }

        @Bean
        Downcaster joinsTheName() {
            return Downcaster.of("order.placed", 2, PayloadSteps.none().then((payload) -> {
                payload.put(
                        "name",
                        payload.path("firstName").asString() + " "
                                + payload.path("lastName").asString());
                return payload.without(List.of("firstName", "lastName"));
            }));
        }

        @Bean
        Handlers handlers() {
            return new Handlers();
        }
    }

    static class Handlers {

        final List<String> seen = new CopyOnWriteArrayList<>();

        @EventHandler(name = "billing")
        void placed(Placed2 event) {
            this.seen.add("%s %s/%s".formatted(event.orderId(), event.firstName(), event.lastName()));
        }
    }

    static class FailsForNow {

        @EventHandler(name = "billing")
        void placed(Placed1 event) {
            throw new IntegrationException("not now", FailureCategory.TEMPORARY, true);
        }
    }

    static class Refuses {

        @EventHandler(name = "billing")
        void placed(Placed1 event) {
            throw new IntegrationException("never", FailureCategory.PERMANENT, false);
        }
    }

    static class Accepts {

        final List<String> seen = new CopyOnWriteArrayList<>();

        @EventHandler(name = "accounts")
        void placed(Placed1 event) {
            this.seen.add(event.orderId());
        }
    }

    /** The same handler as {@link Accepts}, of the newer release. */
    static class Blocks {

        @EventHandler(name = "accounts")
        void placed(Placed2 event) {
            throw new IntegrationException("not now", FailureCategory.TEMPORARY, true);
        }
    }

    static class Both {

        final List<String> seen = new CopyOnWriteArrayList<>();

        @EventHandler
        void placed(Placed1 event) {
            this.seen.add(event.orderId() + " " + event.name());
        }
    }

    static class Topic implements MessageDestination, org.springframework.context.EnvironmentAware {

        final List<OutboxRecord> received = new CopyOnWriteArrayList<>();

        @Override
        public void setEnvironment(org.springframework.core.env.Environment environment) {
            ((org.springframework.core.env.ConfigurableEnvironment) environment)
                    .getPropertySources()
                    .addFirst(new org.springframework.core.env.MapPropertySource(
                            "topic", java.util.Map.of("topic", "orders")));
        }

        @Override
        public boolean accepts(String destination) {
            return destination.equals("orders");
        }

        @Override
        public void send(OutboxRecord message, Completion completion) {
            this.received.add(message);
            completion.acknowledged();
        }
    }
}
