package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.integrationkit.testsupport.Trap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * The relay of production, several of it, in a simulated world of one thread and virtual time in which all goes wrong that
 * can. A failure tells its seed: {@code -Dintegration.test.seed=S} plays it again, {@code -Dintegration.test.seeds=N}
 * plays more of them.
 */
class RelaySimulationTests {

    private static final long SEEDS = Long.getLong("integration.test.seeds", 200);

    private static final @Nullable Long ONE_SEED = Long.getLong("integration.test.seed");

    /** So many runs without a safeguard, and one of them must fail. */
    private static final long MOST_WITHOUT = 200;

    private static final Logger LOG = (Logger) LoggerFactory.getLogger("io.integrationkit.outbox");

    @BeforeAll
    static void silence() {
        LOG.setLevel(Level.OFF);
    }

    @AfterAll
    static void restoreLevel() {
        LOG.setLevel(null);
    }

    @Test
    @Trap({1, 3, 4, 5, 9, 13, 14})
    void nothingIsLostReorderedOrRepeatedWithoutCause() {
        Map<String, Integer> met = new TreeMap<>();
        seeds().forEach((seed) -> {
            SimRun run = played(seed);
            run.broker.answers().forEach((what, count) -> met.merge(what, count, Integer::sum));
            met.merge("repeated", run.oracle.repetitions(), Integer::sum);
        });
        if (ONE_SEED == null) {
            assertThat(met)
                    .containsKeys(
                            "acknowledged",
                            "acknowledged at once",
                            "acknowledged late",
                            "failed after the effect",
                            "failed before the effect",
                            "refused",
                            "threw",
                            "timed out")
                    .hasEntrySatisfying("repeated", (count) -> assertThat(count).isPositive());
        }
    }

    private static LongStream seeds() {
        return (ONE_SEED != null) ? LongStream.of(ONE_SEED) : LongStream.rangeClosed(1, SEEDS);
    }

    /** A run that fails is played again, for what happened in it last. */
    private static SimRun played(long seed) {
        SimRun run = new SimRun(seed);
        Throwable failure = catchThrowable(run::play);
        if (failure != null) {
            Throwable again = catchThrowable(new SimRun(seed, true, null)::play);
            throw new AssertionError(
                    "-Dintegration.test.seed=" + seed + ": " + ((again != null) ? again : failure).getMessage(),
                    failure);
        }
        return run;
    }

    @Test
    void aSeedSaysAllThatHappens() {
        assertThat(played(7).world.fingerprint())
                .isEqualTo(played(7).world.fingerprint())
                .isNotEqualTo(played(8).world.fingerprint());
    }

    @ParameterizedTest
    @EnumSource
    void safeguardThatIsMissingIsNoticed(SimSafeguard missing) {
        assertThat(LongStream.rangeClosed(1, MOST_WITHOUT)
                        .filter((seed) -> fails(seed, missing))
                        .findFirst())
                .isPresent();
    }

    private static boolean fails(long seed, SimSafeguard missing) {
        return catchThrowable(new SimRun(seed, false, missing)::play) instanceof AssertionError;
    }
}
