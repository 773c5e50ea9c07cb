package io.integrationkit.limit;

import io.integrationkit.testsupport.Rounds;
import java.time.Duration;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the interleaving, the answers are those of some order one after the other. */
@Tag("lincheck")
@ParameterizedClass(name = "round {0}")
@MethodSource(Rounds.ALL)
class BulkheadLincheckTests {

    @Parameter
    int round;

    private static final int CELLS = 2;

    /** The bulkhead as Lincheck uses it: eight places in two cells. */
    public static class Subject {

        private final Bulkhead bulkhead = new Bulkhead(new BulkheadSpec(8, Duration.ZERO), CELLS);

        public Subject() {
            for (int i = 0; i < 7; i++) {
                this.bulkhead.tryEnter();
            }
        }

        @Operation
        public boolean tryEnter() {
            return this.bulkhead.tryEnter();
        }

        @Operation
        public void leave() {
            this.bulkhead.leave();
        }

        @Operation
        public void change(@Param(gen = IntGen.class, conf = "6:9") int limit) {
            this.bulkhead.change(new BulkheadSpec(limit, Duration.ZERO));
        }
    }

    @Test
    void isLinearizableInAllInterleavingsThatAreTried() {
        new ModelCheckingOptions()
                .iterations(Rounds.share(8))
                .invocationsPerIteration(100)
                .threads(2)
                .actorsPerThread(3)
                .actorsBefore(2)
                .check(Subject.class);
    }

    @Test
    void isLinearizableUnderStress() {
        new StressOptions()
                .iterations(Rounds.share(8))
                .invocationsPerIteration(300)
                .threads(3)
                .actorsPerThread(3)
                .check(Subject.class);
    }
}
