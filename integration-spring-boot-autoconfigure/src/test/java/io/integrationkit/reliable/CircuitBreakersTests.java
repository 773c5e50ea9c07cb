package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.breaker.CircuitBreakerSpec;
import io.integrationkit.breaker.CircuitState;
import io.integrationkit.breaker.Forced;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CircuitBreakersTests {

    private final ManualTime time = new ManualTime();

    private final CircuitBreakers breakers = new CircuitBreakers(this.time);

    private final CircuitBreakerSpec spec =
            Objects.requireNonNull(new ReliablePolicies(ReliableSettings.NONE, (key) -> null, (text) -> text)
                    .shared("any")
                    .current()
                    .circuitBreaker());

    @BeforeEach
    void settle() {
        this.breakers.settle("chat-api", this.spec);
    }

    @Test
    void aBreakerIsFoundHoweverItsNameIsSpelt() {
        this.breakers.force("chatApi", Forced.OPEN, "alice", null);
        assertThat(this.breakers.held()).singleElement().satisfies((held) -> {
            assertThat(held.policy()).isEqualTo("chat-api");
            assertThat(held.forced()).isEqualTo(Forced.OPEN);
            assertThat(held.since()).isEqualTo(this.time.now());
            assertThat(held.until()).isNull();
        });
    }

    @Test
    void aBreakerThatIsNotThereIsRefusedWithTheOneProbablyMeant() {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> this.breakers.force("chat-app", Forced.OPEN, "alice", null))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.POLICY_UNKNOWN);
                    assertThat(ex.action()).isEqualTo("Did you mean 'chat-api'?");
                });
    }

    @Test
    void nobodyCanForceABreakerAndNobodyCanForgeALineOfLog() {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> this.breakers.force("chat-api", Forced.OPEN, " ", null));
        this.breakers.force("chat-api", Forced.OPEN, "alice\nINFO nothing", null);
        assertThat(this.breakers.held().get(0).actor()).isEqualTo("alice?INFO nothing");
    }

    @Test
    void aHoldThatWasTakenBackDoesNotEndALaterOne() {
        this.breakers.force("chat-api", Forced.OPEN, "alice", Duration.ofMinutes(5));
        this.breakers.force("chat-api", null, "alice", Duration.ofMinutes(1));
        this.breakers.force("chat-api", Forced.CLOSED, "bob", null);
        this.time.advance(Duration.ofMinutes(5));
        assertThat(this.breakers.held())
                .singleElement()
                .satisfies((held) -> assertThat(held.actor()).isEqualTo("bob"));
    }

    @Test
    void aBreakerThatWasSwitchedOffAndOnAgainBeginsClosed() {
        this.breakers.force("chat-api", Forced.OPEN, "alice", Duration.ofMinutes(5));
        this.breakers.settle("chat-api", null);
        this.breakers.settle("chat-api", this.spec);
        assertThat(this.breakers.held()).isEmpty();
        assertThat(this.breakers.find("chat-api")).satisfies((breaker) -> {
            assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
            assertThat(breaker.forced()).isNull();
        });
    }
}
