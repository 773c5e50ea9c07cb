package io.integrationkit.sample.process.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.process.DatabaseProduct;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Three instances that listen in each {@link Style}, killed, stopped and started while events come, some of them twice and
 * some of them poison: afterwards each event has had its effect once, in the order of its key. One run of the processes
 * serves all styles, each with a topic, a group and effects of its own. {@code mvn -Pprocess verify}; more strikes and
 * another seed: {@code -Dconsumer.kill.rounds=50 -Dconsumer.kill.seed=7}. That the contract can be broken shows {@code
 * -Dconsumer.kill.settings=--integration.deduplicate.store=memory}: an inbox that is lost with its process.
 */
@Tag("process")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(value = 20, unit = TimeUnit.MINUTES)
abstract class ConsumerKillContract {

    private static final int ROUNDS = Integer.getInteger("consumer.kill.rounds", Strike.values().length);

    private static final long SEED = Long.getLong("consumer.kill.seed", 42);

    private static final List<String> SETTINGS = Arrays.stream(
                    System.getProperty("consumer.kill.settings", "").split(" "))
            .filter((setting) -> !setting.isBlank())
            .toList();

    private final TimeSource time = TimeSource.system();

    private final DatabaseProduct product;

    private final EventPlan plan;

    private final SplittableRandom random = new SplittableRandom(SEED);

    private ConsumerCluster cluster;

    ConsumerKillContract(DatabaseProduct product) {
        this.product = product;
        this.plan = new EventPlan(this.random.split());
    }

    @BeforeAll
    void strike() throws Exception {
        assumeTrue(this.product.runsHere(), () -> "there are no binaries of " + name() + " for this machine");
        assumeFalse(
                System.getProperty("os.name").startsWith("Windows"), "a process cannot be made to stand still here");
        System.out.printf("Consumers on %s, seed %d%n", name(), SEED);
        long begun = this.time.nanoTime();
        Path directory = Files.createDirectories(
                Path.of("target", "process-test", "consumer-%s-%s".formatted(name(), Long.toString(begun, 36))));
        this.cluster = new ConsumerCluster(this.product, directory, this.time);
        try (EventSource source = new EventSource(this.cluster.brokerAddress(), this.plan, this.time)) {
            this.cluster.add(SETTINGS);
            this.cluster.add(SETTINGS);
            this.cluster.awaitAllAtWork();
            report(begun, "two instances");
            this.cluster.add(SETTINGS);
            this.cluster.awaitAllAtWork();
            report(begun, "a third one came");
            for (Strike strike : strikes()) {
                this.cluster.sleep(Duration.ofMillis(this.random.nextInt(500)));
                String hit = strike.hit(this.cluster, this.random.split());
                this.cluster.awaitAllAtWork();
                report(begun, strike + ": " + hit);
            }
            source.end();
        }
        this.cluster.awaitConsumed(this.plan);
        report(begun, "%d events and %d copies consumed".formatted(this.plan.distinct(), this.plan.copied()));
    }

    /** Each of them first, in an order of the seed. */
    private List<Strike> strikes() {
        List<Strike> strikes = new ArrayList<>(List.of(Strike.values()));
        Collections.shuffle(strikes, new Random(SEED));
        while (strikes.size() < ROUNDS) {
            strikes.add(Strike.values()[this.random.nextInt(Strike.values().length)]);
        }
        return strikes.subList(0, ROUNDS);
    }

    private String name() {
        return this.product.name().toLowerCase(Locale.ROOT);
    }

    private void report(long begun, String what) {
        System.out.printf(
                "  %s after %.1f s, %d effects: %s%n",
                name(),
                (this.time.nanoTime() - begun) / 1e9,
                this.cluster.effects().last(),
                what);
    }

    @AfterAll
    void stop() throws Exception {
        if (this.cluster != null) {
            this.cluster.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachEventHasItsEffectOnceInEachHandler(Style style) {
        for (String handler : style.handlers()) {
            List<Effect> effects = this.cluster.effects().of(handler);
            assertThat(Effect.repeated(effects))
                    .as("%s had an effect again, seed %d", handler, SEED)
                    .isEmpty();
            assertSame(handler, effects.stream().map(Effect::id).toList(), this.plan.expectedOf(handler));
        }
    }

    @ParameterizedTest
    @EnumSource
    void effectsOfAKeyAreInItsOrder(Style style) {
        for (String handler : style.handlers()) {
            assertThat(Effect.outOfOrder(this.cluster.effects().of(handler)))
                    .as("%s had effects out of order, seed %d", handler, SEED)
                    .isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    void poisonIsADeadLetterOnceAndNothingElseIs(Style style) {
        assertSame(
                "dead letters of " + style,
                this.cluster.effects().deadLettersOf(style.topic()),
                this.plan.expectedDeadLettersOf(style.topic()));
    }

    @ParameterizedTest
    @EnumSource
    void inboxKnowsWhatHasAnEffectAndNothingElse(Style style) {
        for (String handler : style.handlers()) {
            assertSame("inbox of " + handler, this.cluster.effects().inboxOf(handler), this.plan.expectedOf(handler));
        }
    }

    @ParameterizedTest
    @EnumSource
    void nothingIsLeftToBeConsumed(Style style) {
        assertThat(this.cluster.lag(style, this.plan)).as("lag, seed %d", SEED).isEmpty();
    }

    /** Told apart by what is missing and what is too much, since there are thousands. */
    private static void assertSame(String what, List<String> found, Set<String> expected) {
        Set<String> missing = new TreeSet<>(expected);
        found.forEach(missing::remove);
        assertThat(missing).as("%s: lost, seed %d", what, SEED).isEmpty();
        List<String> tooMuch = new ArrayList<>(found);
        expected.forEach(tooMuch::remove);
        assertThat(tooMuch).as("%s: too much, seed %d", what, SEED).isEmpty();
    }
}
