package io.integrationkit.autoconfigure.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.replay.AutomaticReplay;
import io.integrationkit.replay.ReplayJob;
import io.integrationkit.replay.ReplayJobEnded;
import io.integrationkit.replay.ReplayJobs;
import io.integrationkit.replay.ReplayRequest;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.jdbc.core.JdbcTemplate;

class ReplayAutoConfigurationTests {

    private static final Intervention OPERATOR = new Intervention("ada", "the carrier is back");

    private static final String AUTOMATIC = "integration.dead-letters.automatic-replay.";

    private final ApplicationContextRunner memory = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    IntegrationJdbcAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    ReplayAutoConfiguration.class));

    private final ApplicationContextRunner database = this.memory
            .withPropertyValues("spring.datasource.generate-unique-name=true")
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    JdbcTemplateAutoConfiguration.class));

    private final ApplicationContextRunner carrier = this.database
            .withBean("carrier", Carrier.class)
            .withBean(Ended.class)
            .withPropertyValues(
                    "integration.reliable.defaults.max-attempts=1",
                    "integration.reliable.policies.carrier.on-exhausted=dead-letter",
                    "integration.reliable.policies.carrier.circuit-breaker.enabled=true",
                    "integration.reliable.policies.carrier.circuit-breaker.window-size=2",
                    "integration.reliable.policies.carrier.circuit-breaker.minimum-calls=2",
                    "integration.reliable.policies.carrier.circuit-breaker.half-open-probes=1",
                    "integration.reliable.policies.carrier.circuit-breaker.open-duration=1ms",
                    AUTOMATIC + "rate=1000");

    @Test
    void jobsAreWhereTheDeadLettersAre() {
        this.memory.run((context) -> {
            ReplayJobs jobs = context.getBean(ReplayJobs.class);
            ReplayJob job = jobs.start(ReplayRequest.of(DeadLetterFilter.all()), OPERATOR);
            assertThat(jobs.find(job.id())).isPresent();
        });
        this.database.run((context) -> {
            ReplayJob job = context.getBean(ReplayJobs.class).start(ReplayRequest.of(DeadLetterFilter.all()), OPERATOR);
            assertThat(context.getBean(JdbcTemplate.class)
                            .queryForList("select id from integration_replay_job", String.class))
                    .containsExactly(job.id());
        });
        this.database
                .withPropertyValues("integration.dead-letters.store=memory")
                .run((context) -> {
                    context.getBean(ReplayJobs.class).start(ReplayRequest.of(DeadLetterFilter.all()), OPERATOR);
                    assertThat(context.getBean(JdbcTemplate.class)
                                    .queryForList("select id from integration_replay_job", String.class))
                            .isEmpty();
                });
    }

    @Test
    void withoutDeadLettersThereIsNothing() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ReplayAutoConfiguration.class))
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(ReplayJobs.class));
    }

    @Test
    void jobsOfTheApplicationWin() {
        ReplayJobs own = mock(ReplayJobs.class);
        this.memory
                .withBean(ReplayJobs.class, () -> own)
                .run((context) -> assertThat(context.getBean(ReplayJobs.class)).isSameAs(own));
    }

    @Test
    void theAutomaticReplayIsThereOnlyWhereItIsAskedFor() {
        this.memory.run((context) -> assertThat(context).doesNotHaveBean(AutomaticReplay.class));
        this.memory
                .withPropertyValues(AUTOMATIC + "enabled=false")
                .run((context) -> assertThat(context).doesNotHaveBean(AutomaticReplay.class));
        this.memory
                .withPropertyValues(AUTOMATIC + "enabled=true")
                .run((context) -> assertThat(
                                context.getBean(AutomaticReplay.class).isRunning())
                        .isTrue());
    }

    @Test
    void settingsThatCannotWorkEndStartUp() {
        for (String setting : List.of(
                "replay-jobs.max-running=0",
                "replay-jobs.max-running=101",
                "replay-jobs.lease=999ms",
                "replay-jobs.lease=-1s",
                "replay-jobs.kept=0",
                "replay-jobs.longest-refusal=0s",
                "automatic-replay.rate=0",
                "automatic-replay.rate=NaN",
                "automatic-replay.max-entries=0",
                "automatic-replay.policies=nobodys")) {
            this.memory
                    .withPropertyValues(AUTOMATIC + "enabled=true", "integration.dead-letters." + setting)
                    .run((context) -> assertThat(context)
                            .as(setting)
                            .getFailure()
                            .rootCause()
                            .hasMessageContaining("integration.dead-letters." + setting.split("=")[0]));
        }
    }

    @Test
    void aJobRunsThroughTheProxiesOfTheApplicationAndTellsItsEnd() {
        this.carrier.run((context) -> {
            Carrier.down = true;
            for (String parcel : List.of("p-1", "p-2")) {
                giveUp(context.getBean(Carrier.class), parcel);
            }
            Carrier.down = false;
            Carrier.shipped.clear();

            ReplayJob started =
                    context.getBean(ReplayJobs.class).start(ReplayRequest.of(DeadLetterFilter.all()), OPERATOR);

            ReplayJob job = context.getBean(Ended.class).next();
            assertThat(job.id()).isEqualTo(started.id());
            assertThat(job.status()).isEqualTo(ReplayJob.Status.COMPLETED);
            assertThat(Carrier.shipped).containsExactly("p-1", "p-2");
            assertThat(context.getBean(DeadLetters.class)
                            .history(context.getBean(DeadLetters.class)
                                    .list(DeadLetterFilter.all(), null, 1)
                                    .get(0)
                                    .id()))
                    .anySatisfy((change) -> {
                        assertThat(change.actor()).isEqualTo("ada");
                        assertThat(change.reason()).isEqualTo("replay job " + job.id() + ": the carrier is back");
                    });
        });
    }

    @Test
    void whenTheBreakerOfAPolicyClosesItsTemporaryFailuresAreReplayed() {
        this.carrier.withPropertyValues(AUTOMATIC + "enabled=true").run((context) -> {
            Carrier carrier = context.getBean(Carrier.class);
            openBreaker(carrier);
            assertThat(context.getBean(CircuitBreakers.class).find("carrier").state())
                    .isNotEqualTo(CircuitState.CLOSED);

            closeBreaker(context.getBean(CircuitBreakers.class), carrier);

            ReplayJob job = context.getBean(Ended.class).next();
            assertThat(job.status()).isEqualTo(ReplayJob.Status.COMPLETED);
            assertThat(job.by()).isEqualTo(new Intervention("integration-kit", "circuit breaker 'carrier' closed"));
            assertThat(job.request().names()).containsExactly("carrier.ship");
            assertThat(job.request().ladder()).isEqualTo(ReplayRequest.DEFAULT_LADDER);
            assertThat(Carrier.shipped).contains("p-1", "p-2").doesNotHaveDuplicates();
            assertThat(context.getBean(AutomaticReplay.class).startedTotal()).isEqualTo(1);
            assertThat(context.getBean(DeadLetters.class)
                            .list(DeadLetterFilter.all().withCategory(FailureCategory.PERMANENT), null, 10))
                    .as("what is permanent stays")
                    .singleElement()
                    .satisfies((entry) -> assertThat(entry.status()).isEqualTo(DeadLetter.Status.NEW));
        });
    }

    @Test
    void breakersOfOtherPoliciesDoNotCount() {
        this.carrier
                .withBean("post", Post.class)
                .withPropertyValues(
                        AUTOMATIC + "enabled=true",
                        AUTOMATIC + "policies=post",
                        "integration.reliable.policies.post.circuit-breaker.enabled=true")
                .run((context) -> {
                    Carrier carrier = context.getBean(Carrier.class);
                    openBreaker(carrier);
                    closeBreaker(context.getBean(CircuitBreakers.class), carrier);

                    assertThat(context.getBean(ReplayJobs.class).last(1)).isEmpty();
                    assertThat(context.getBean(AutomaticReplay.class).startedTotal())
                            .isZero();
                });
    }

    private static void openBreaker(Carrier carrier) {
        Carrier.shipped.clear();
        Carrier.down = true;
        Carrier.permanent = true;
        giveUp(carrier, "p-0");
        Carrier.permanent = false;
        giveUp(carrier, "p-1");
        giveUp(carrier, "p-2");
        Carrier.down = false;
    }

    /** The open duration is a millisecond of the clock of this machine. */
    private static void closeBreaker(CircuitBreakers breakers, Carrier carrier) {
        for (int i = 0; breakers.find("carrier").state() != CircuitState.CLOSED; i++) {
            try {
                carrier.ship("q-" + i);
            } catch (RuntimeException ex) {
                assertThat(i).as("refusals").isLessThan(1_000_000);
            }
        }
    }

    private static void giveUp(Carrier carrier, String parcel) {
        try {
            carrier.ship(parcel);
        } catch (DeadLetteredException ex) {
            assertThat(ex).isNotNull();
        }
    }

    static class Carrier {

        static volatile boolean down;

        static volatile boolean permanent;

        static final List<String> shipped = new CopyOnWriteArrayList<>();

        @Reliable(policy = "carrier")
        void ship(String parcel) {
            if (down) {
                throw new IntegrationException(
                        "the carrier is down",
                        permanent ? FailureCategory.PERMANENT : FailureCategory.TEMPORARY,
                        !permanent);
            }
            shipped.add(parcel);
        }
    }

    static class Post {

        @Reliable(policy = "post")
        void send() {}
    }

    static class Ended implements ApplicationListener<PayloadApplicationEvent<ReplayJobEnded>> {

        private final BlockingQueue<ReplayJob> jobs = new LinkedBlockingQueue<>();

        @Override
        public void onApplicationEvent(PayloadApplicationEvent<ReplayJobEnded> event) {
            this.jobs.add(event.getPayload().job());
        }

        ReplayJob next() throws InterruptedException {
            ReplayJob job = this.jobs.poll(20, TimeUnit.SECONDS);
            assertThat(job).as("a job that ended").isNotNull();
            return job;
        }
    }
}
