package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.actuate.IdempotencyMeters;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.context.IdempotencyContext;
import io.integrationkit.context.Sha256;
import io.integrationkit.failure.RejectedException;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.Idempotency;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStatistics;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.IdempotentCode;
import io.integrationkit.idempotency.KeyScope;
import io.integrationkit.testsupport.ManualTime;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What meters tell of calls that wait for a key or lose it, by operation. */
class KeyMetersTests {

    private static final String WAIT = "integration.idempotency.wait";

    private static final String LOSSES = "integration.idempotency.fence.losses";

    private final ManualTime time = new ManualTime();

    private final IdempotencyStore store = IdempotencyStore.inMemory(100, this.time);

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

    private final ApplicationContextRunner withoutRegistry = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    IdempotencyAutoConfiguration.class,
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class,
                    IntegrationMetricsAutoConfiguration.class))
            .withBean(ManualTime.class, () -> this.time)
            .withBean(IdempotencyStore.class, () -> this.store)
            .withPropertyValues("integration.idempotency.max-wait=2s");

    private final ApplicationContextRunner runner =
            this.withoutRegistry.withBean("own", MeterRegistry.class, () -> this.registry);

    @Test
    void waitsAndLossesAreToldByOperation() {
        this.runner.run((context) -> {
            Idempotency idempotency = context.getBean(Idempotency.class);
            code(idempotency, "pay").execute("k", () -> "receipt");
            assertThat(wait(this.registry, "pay").count()).isZero();
            assertThat(losses(this.registry, "pay")).isZero();
            wait(idempotency, "pay");
            lose(idempotency, "refund");
            assertThat(wait(this.registry, "pay").count()).isEqualTo(1);
            assertThat(wait(this.registry, "pay").totalTime(TimeUnit.MILLISECONDS))
                    .isEqualTo(2000);
            assertThat(losses(this.registry, "pay")).isZero();
            assertThat(wait(this.registry, "refund").count()).isZero();
            assertThat(losses(this.registry, "refund")).isEqualTo(1);
        });
    }

    @Test
    void operationsThatAFilterThrowsTogetherAreAddedUpInEachOfSeveralRegistries() {
        SimpleMeterRegistry other = new SimpleMeterRegistry();
        this.runner
                .withBean("other", MeterRegistry.class, () -> other)
                .withBean(MeterFilter.class, () -> MeterFilter.ignoreTags("operation"))
                .run((context) -> {
                    Idempotency idempotency = context.getBean(Idempotency.class);
                    for (String operation : List.of("pay", "refund")) {
                        wait(idempotency, operation);
                        lose(idempotency, operation);
                    }
                    for (MeterRegistry each : List.of(this.registry, other)) {
                        assertThat(each.get(WAIT).functionTimer().count()).isEqualTo(2);
                        assertThat(each.get(LOSSES).functionCounter().count()).isEqualTo(2);
                    }
                });
    }

    @Test
    void withoutARegistryItIsCountedAllTheSame() {
        for (ApplicationContextRunner each : List.of(
                this.withoutRegistry,
                this.withoutRegistry.withClassLoader(new FilteredClassLoader(MeterRegistry.class)))) {
            each.run((context) -> {
                assertThat(context).hasNotFailed();
                lose(context.getBean(Idempotency.class), "pay");
                assertThat(context.getBean(IdempotencyStatistics.class)
                                .operation("pay")
                                .fenceLosses())
                        .isEqualTo(1);
            });
        }
    }

    @Test
    void withoutStatisticsThereAreNoMetersOfThem() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        CallAutoConfiguration.class,
                        ReliableAutoConfiguration.class,
                        DeadLetterAutoConfiguration.class,
                        IntegrationMetricsAutoConfiguration.class))
                .withBean(MeterRegistry.class, () -> this.registry)
                .withBean(IdempotencyStore.class, () -> this.store)
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(IdempotencyMeters.class));
    }

    @Test
    void theApplicationsOwnWin() {
        IdempotencyStatistics statistics = new IdempotencyStatistics();
        IdempotencyMeters meters = new IdempotencyMeters(this.store, statistics, List.of());
        this.runner
                .withBean("statistics", IdempotencyStatistics.class, () -> statistics)
                .withBean("meters", IdempotencyMeters.class, () -> meters)
                .run((context) -> {
                    assertThat(context.getBean(IdempotencyMeters.class)).isSameAs(meters);
                    lose(context.getBean(Idempotency.class), "pay");
                    assertThat(statistics.operation("pay").fenceLosses()).isEqualTo(1);
                    assertThat(losses(this.registry, "pay")).isEqualTo(1);
                });
    }

    private static FunctionTimer wait(MeterRegistry registry, String operation) {
        return registry.get(WAIT).tag("operation", operation).functionTimer();
    }

    private static double losses(MeterRegistry registry, String operation) {
        return registry.get(LOSSES)
                .tag("operation", operation)
                .functionCounter()
                .count();
    }

    /** Waits in vain for a key that another instance holds. */
    private void wait(Idempotency idempotency, String operation) {
        this.store.claim(new ClaimRequest(
                new IdempotencyKey(operation, "", Sha256.hex("held")),
                Sha256.hex("\"content\""),
                "another instance",
                Duration.ofSeconds(30),
                Duration.ofHours(1),
                true,
                null));
        assertThatExceptionOfType(RejectedException.class)
                .isThrownBy(() -> code(idempotency, operation).execute("held", "content", () -> "receipt"));
    }

    /** Works under a key that an operator takes away meanwhile. */
    private void lose(Idempotency idempotency, String operation) {
        code(idempotency, operation).execute("lost", () -> {
            long epoch = Objects.requireNonNull(IdempotencyContext.current()).fencingToken();
            this.store.find(operation, Sha256.hex("lost")).forEach((status) -> this.store.free(status.key(), epoch));
            return "receipt";
        });
    }

    private static IdempotentCode<String> code(Idempotency idempotency, String operation) {
        return idempotency.operation(operation, String.class).scope(KeyScope.GLOBAL);
    }
}
