package io.integrationkit.sample.downstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class MisbehaviourTests {

    @Test
    void isDecidedBySeedDeliveryAndAttemptAlone() {
        Misbehaviour one = Misbehaviour.typical(7, 100);
        Misbehaviour same = Misbehaviour.typical(7, 999);
        Misbehaviour other = Misbehaviour.typical(8, 100);
        int different = 0;
        for (int i = 0; i < 2000; i++) {
            Fault fault = one.choose("d" + i, 1);
            assertThat(same.choose("d" + i, 1)).isEqualTo(fault);
            different += (other.choose("d" + i, 1) != fault) ? 1 : 0;
        }
        assertThat(different).isPositive();
    }

    @Test
    void refusesAFixedShareForGood() {
        Misbehaviour typical = Misbehaviour.typical(1, 2000);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            String id = "d" + i;
            if (typical.choose(id, 1) == Fault.BAD_REQUEST) {
                refused++;
                assertThat(typical.choose(id, 2)).isEqualTo(Fault.BAD_REQUEST);
                assertThat(typical.choose(id, 9)).isEqualTo(Fault.BAD_REQUEST);
            }
        }
        assertThat(refused).isBetween(150, 250);
    }

    @Test
    void meetsEachFaultInARunOfTheUsualLengthWhateverTheSeed() {
        for (long seed = 0; seed < 20; seed++) {
            Misbehaviour typical = Misbehaviour.typical(seed, 2000);
            Map<Fault, Integer> met = new EnumMap<>(Fault.class);
            for (int i = 0; i < 2000; i++) {
                Fault fault = typical.choose(new UUID(seed, i).toString(), 1);
                if (fault != null) {
                    met.merge(fault, 1, Integer::sum);
                }
            }
            assertThat(met).as("seed %d", seed).hasSize(Fault.values().length - 1);
            assertThat(met.values().stream().mapToInt(Integer::intValue).sum())
                    .as("seed %d", seed)
                    .isLessThan(2000 * 6 / 100);
        }
    }
}
