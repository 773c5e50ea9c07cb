package io.integrationkit.autoconfigure.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.call.CallObserver;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObserversInTurnTests {

    @Test
    void oneObserverStaysWhatItIsAndNoneIsNone() {
        CallObserver only = (operation) -> (call, nanos) -> {};
        assertThat(ObserversInTurn.of(List.of(only))).isSameAs(only);
        assertThat(ObserversInTurn.of(List.of())).isSameAs(CallObserver.NONE);
    }
}
