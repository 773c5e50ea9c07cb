package io.integrationkit.autoconfigure.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.GivenUpCalls;
import io.integrationkit.call.StateStore;
import io.integrationkit.context.Correlation;
import io.integrationkit.context.Scope;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetter.Status;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MessageReplayer;
import io.integrationkit.deadletter.ReplayResult.Outcome;
import io.integrationkit.deadletter.ReplayedMessage;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassifier;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.jdbc.ExpiredRows;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.core.JdbcTemplate;

class DeadLetterAutoConfigurationTests {

    private static final Shipping.Parcel PARCEL = new Shipping.Parcel(
            "Sofia", new BigDecimal("12345678901234567890.10"), Instant.parse("2026-03-01T10:00:00Z"));

    private final ApplicationContextRunner memory = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    IntegrationJdbcAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class));

    private final ApplicationContextRunner database = this.memory
            .withPropertyValues(
                    "spring.datasource.generate-unique-name=true",
                    "integration.jdbc.schema=classpath:io/integrationkit/schema/deadletter-@@platform@@.sql")
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class));

    @Test
    void withoutADatabaseEntriesAreKeptInMemory() {
        this.memory.run((context) -> {
            assertThat(context.getBean(DeadLetters.class).durable()).isFalse();
            assertThat(context.getBean(GivenUpCalls.class)).isSameAs(context.getBean(DeadLetters.class));
            assertThat(context.getBean(StateStore.class))
                    .isEqualTo(new StateStore("dead-letters", "memory", false, "dead letters"));
        });
    }

    @Test
    void withADatabaseEntriesAreKeptThere() {
        this.database.run((context) -> {
            assertThat(context.getBean(DeadLetters.class).durable()).isTrue();
            assertThat(context.getBean(StateStore.class))
                    .isEqualTo(new StateStore("dead-letters", "h2", true, "dead letters"));
        });
    }

    @Test
    void entriesStayInMemoryWhereTheApplicationSaysSo() {
        this.database
                .withPropertyValues("integration.dead-letters.store=memory")
                .run((context) ->
                        assertThat(context.getBean(DeadLetters.class).durable()).isFalse());
        this.database
                .withPropertyValues("integration.jdbc.enabled=false")
                .run((context) ->
                        assertThat(context.getBean(DeadLetters.class).durable()).isFalse());
    }

    @Test
    void entriesStayInMemoryWithoutSpringJdbc() {
        this.memory
                .withClassLoader(new FilteredClassLoader(JdbcOperations.class))
                .run((context) ->
                        assertThat(context.getBean(DeadLetters.class).durable()).isFalse());
    }

    @Test
    void aDatabaseThatIsAskedForButMissingEndsStartUp() {
        this.memory
                .withPropertyValues("integration.dead-letters.store=jdbc")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .hasRootCauseInstanceOf(ProblemException.class)
                        .rootCause()
                        .hasMessageContaining("INT-106")
                        .hasMessageContaining("integration.dead-letters.store=jdbc"));
    }

    @Test
    void aSettingThatCannotWorkEndsStartUp() {
        this.memory
                .withPropertyValues("integration.dead-letters.max-entries=0")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("integration.dead-letters.max-entries=0"));
        this.memory
                .withPropertyValues("integration.dead-letters.replay-lease=0s")
                .run((context) -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("integration.dead-letters.replay-lease=PT0S"));
        this.memory
                .withPropertyValues("integration.dead-letters.max-entrys=5")
                .run((context) -> assertThat(context).hasFailed());
    }

    @Test
    void theApplicationsOwnDeadLettersWin() {
        DeadLetters own = mock(DeadLetters.class);
        this.database
                .withBean(DeadLetters.class, () -> own)
                .run((context) -> assertThat(context.getBean(DeadLetters.class)).isSameAs(own));
    }

    @Test
    void aCallThatIsGivenUpIsReplayedThroughItsProxyOnceItsCauseIsMended() {
        shipping().run((context) -> {
            Shipping shipping = context.getBean(Shipping.class);
            target(shipping).broken = new IllegalStateException("the carrier is down");
            try (Scope correlation = Correlation.open("corr-1")) {
                shipping.ship("p-1", PARCEL);
            }
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            DeadLetter entry =
                    deadLetters.list(DeadLetterFilter.all(), null, 10).get(0);
            assertThat(entry.name()).isEqualTo("shipping.ship");
            assertThat(entry.key()).isEqualTo("p-1");

            assertThat(deadLetters.replay(entry.id()).outcome()).isEqualTo(Outcome.FAILED);
            assertThat(deadLetters.find(entry.id()).orElseThrow().attempts()).isEqualTo(2);

            target(shipping).broken = null;
            assertThat(deadLetters.replay(entry.id()).outcome()).isEqualTo(Outcome.REPLAYED);
            assertThat(deadLetters.replay(entry.id()).outcome()).isEqualTo(Outcome.SKIPPED);

            assertThat(target(shipping).shipped).containsExactly(PARCEL);
            assertThat(target(shipping).correlationIds).containsExactly("corr-1", "corr-1", "corr-1");
            assertThat(deadLetters.count(DeadLetterFilter.all().withStatus(Status.RESOLVED)))
                    .isEqualTo(1);
            assertThat(deadLetters.count(DeadLetterFilter.all())).isEqualTo(1);
        });
    }

    @Test
    void aCallWithAResultThatIsGivenUpAgainStaysOneEntry() {
        shipping().run((context) -> {
            Shipping shipping = context.getBean(Shipping.class);
            target(shipping).broken = new IllegalStateException("the carrier is down");
            assertThatExceptionOfType(DeadLetteredException.class)
                    .isThrownBy(() -> shipping.price("p-1"))
                    .satisfies((ex) -> {
                        DeadLetters deadLetters = context.getBean(DeadLetters.class);
                        assertThat(deadLetters.replay(ex.entryId()).outcome()).isEqualTo(Outcome.FAILED);
                        DeadLetter entry = deadLetters.find(ex.entryId()).orElseThrow();
                        assertThat(entry.exceptionType()).isEqualTo(IllegalStateException.class.getName());
                        assertThat(entry.replays()).isEqualTo(1);
                        assertThat(deadLetters.count(DeadLetterFilter.all())).isEqualTo(1);
                    });
        });
    }

    @Test
    void aReliableCallWithoutKeyStaysOneEntryHoweverOftenItIsGivenUp() {
        shipping().run((context) -> {
            Shipping shipping = context.getBean(Shipping.class);
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            target(shipping).broken = new IllegalStateException("the bank is down");
            shipping.bill("b-1");
            DeadLetter entry =
                    deadLetters.list(DeadLetterFilter.all(), null, 10).get(0);

            assertThat(deadLetters.replay(entry.id()).outcome()).isEqualTo(Outcome.FAILED);
            target(shipping).broken = null;
            assertThat(deadLetters.replay(entry.id()).outcome()).isEqualTo(Outcome.REPLAYED);

            assertThat(target(shipping).billed).containsExactly("b-1");
            assertThat(deadLetters.count(DeadLetterFilter.all())).isEqualTo(1);
            assertThat(deadLetters.find(entry.id()).orElseThrow().replays()).isEqualTo(2);
        });
    }

    @Test
    void aReplayThatTheBreakerRefusesLeavesTheEntryAsItWas() {
        shipping().run((context) -> {
            Shipping shipping = context.getBean(Shipping.class);
            target(shipping).broken = new IllegalStateException("the carrier is down");
            shipping.ship("p-1", PARCEL);
            target(shipping).broken = new RejectedException(ProblemCode.CIRCUIT_OPEN, "the breaker is open", null);
            DeadLetters deadLetters = context.getBean(DeadLetters.class);

            assertThat(deadLetters.replay(DeadLetterFilter.all(), 10).stopped()).contains("the breaker is open");
            assertThat(deadLetters.list(DeadLetterFilter.all(), null, 10))
                    .singleElement()
                    .satisfies((entry) -> assertThat(entry.message()).isEqualTo("the carrier is down"));
        });
    }

    @Test
    void aCallOfAnOperationThatIsGoneSaysWhichItWas() {
        shipping().run((context) -> {
            Shipping shipping = context.getBean(Shipping.class);
            target(shipping).broken = new IllegalStateException("the carrier is down");
            shipping.ship("p-1", PARCEL);
            context.getBean(JdbcTemplate.class).update("update integration_dead_letter set name = 'shipping.renamed'");
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            DeadLetter entry =
                    deadLetters.list(DeadLetterFilter.all(), null, 10).get(0);

            assertThat(deadLetters.replay(entry.id()).detail())
                    .contains("INT-603")
                    .contains("'shipping.renamed'");
            assertThat(deadLetters.find(entry.id()).orElseThrow().message()).isEqualTo("the carrier is down");
        });
    }

    @Test
    void theApplicationsClassifiersNameTheCategoryOfAFailedReplay() {
        shipping()
                .withBean(FailureClassifier.class, () -> (failure) -> Failure.of(FailureCategory.RATE_LIMIT))
                .withBean("sender", MessageReplayer.class, () -> (message) -> {
                    throw new IllegalStateException();
                })
                .run((context) -> {
                    DeadLetters deadLetters = context.getBean(DeadLetters.class);
                    String id = deadLetters.storeMessage(message());

                    assertThat(deadLetters.replay(id).category()).isEqualTo(FailureCategory.RATE_LIMIT);
                });
    }

    @Test
    void limitsThatCannotWorkEndStartUpAndThoseAtTheEdgeDoNot() {
        Map.of(
                        "retention=0s", "more than zero and at most 3650d",
                        "retention=3651d", "more than zero and at most 3650d",
                        "open-retention=0s", "more than zero and at most 3650d",
                        "open-retention=-1d", "more than zero and at most 3650d",
                        "max-entry-size=0B", "more than zero and at most 1073741824B",
                        "max-entry-size=1025MB", "more than zero and at most 1073741824B")
                .forEach((setting, why) -> this.memory
                        .withPropertyValues("integration.dead-letters." + setting)
                        .run((context) -> assertThat(context)
                                .getFailure()
                                .rootCause()
                                .hasMessageContaining("INT-106")
                                .hasMessageContaining(
                                        "integration.dead-letters." + setting.substring(0, setting.indexOf('=')))
                                .hasMessageContaining(why)));
        this.memory
                .withPropertyValues(
                        "integration.dead-letters.retention=1ns",
                        "integration.dead-letters.open-retention=3650d",
                        "integration.dead-letters.max-entry-size=1GB")
                .run((context) -> assertThat(context).hasNotFailed());
        this.memory
                .withPropertyValues(
                        "integration.dead-letters.retention=3650d", "integration.dead-letters.max-entry-size=1B")
                .run((context) -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(DeadLetters.class).deleteExpired(1))
                            .isZero();
                });
    }

    @Test
    void closedEntriesAreDeletedByTheApplicationItself() {
        this.database
                .withPropertyValues("integration.dead-letters.retention=1ms")
                .run((context) -> {
                    assertThat(context.getBean("integrationExpiredDeadLetters", ExpiredRows.class)
                                    .isRunning())
                            .isTrue();
                    DeadLetters deadLetters = context.getBean(DeadLetters.class);
                    String open = deadLetters.storeMessage(message());
                    assertThat(deadLetters.deleteExpired(10)).isZero();
                    deadLetters.discard(open, "obsolete");
                    await().until(() -> deadLetters.deleteExpired(10) == 1);
                    assertThat(deadLetters.count(DeadLetterFilter.all())).isZero();
                });
    }

    @Test
    void aMessageGoesToTheMessageReplayer() {
        List<ReplayedMessage> sent = new ArrayList<>();
        this.database.withBean(MessageReplayer.class, () -> sent::add).run((context) -> {
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            deadLetters.replay(deadLetters.storeMessage(message()));
            assertThat(sent).extracting(ReplayedMessage::messageId).containsExactly("m-1");
        });
    }

    private ApplicationContextRunner shipping() {
        return this.database.withBean("shipping", Shipping.class).withBean(GivesUpContributor.class);
    }

    private static Shipping target(Shipping proxy) {
        return (Shipping) Objects.requireNonNull(AopProxyUtils.getSingletonTarget(proxy));
    }

    private static DeadLetterMessage message() {
        return new DeadLetterMessage(
                "github-events",
                null,
                "m-1",
                null,
                1,
                null,
                Map.of(),
                new byte[] {1},
                Failure.of(FailureCategory.PERMANENT),
                new IllegalStateException("refused"),
                1);
    }
}
