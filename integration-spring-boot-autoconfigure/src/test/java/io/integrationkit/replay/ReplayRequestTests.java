package io.integrationkit.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ReplayRequestTests {

    private final ReplayRequest request = ReplayRequest.of(DeadLetterFilter.all());

    @Test
    void whatIsNotSaidIsALadderATenthAndNoRateOrLimit() {
        assertThat(this.request.ladder()).containsExactly(1, 10, 100);
        assertThat(this.request.maxFailureRatio()).isEqualTo(0.1);
        assertThat(this.request.entriesPerSecond()).isNull();
        assertThat(this.request.limit()).isNull();
        assertThat(this.request.names()).isEmpty();
    }

    @Test
    void whatCannotWorkIsRefusedWithItsValue() {
        refused(() -> this.request.withRate(0.0), "entriesPerSecond=0.0");
        refused(() -> this.request.withRate(Double.NaN), "entriesPerSecond=NaN");
        refused(() -> this.request.withRate(1e7), "entriesPerSecond=1.0E7");
        refused(() -> this.request.withLadder(List.of(1, 0)), "ladder=[1, 0]");
        refused(() -> this.request.withMaxFailureRatio(-0.1), "maxFailureRatio=-0.1");
        refused(() -> this.request.withMaxFailureRatio(1.1), "maxFailureRatio=1.1");
        refused(() -> this.request.withMaxFailureRatio(Double.NaN), "maxFailureRatio=NaN");
        refused(() -> this.request.withLimit(0), "limit=0");
        refused(
                () -> ReplayRequest.of(DeadLetterFilter.all().withStatus(DeadLetter.Status.RESOLVED)),
                "status=RESOLVED");
        refused(
                () -> ReplayRequest.of(DeadLetterFilter.all().withStatus(DeadLetter.Status.DISCARDED)),
                "status=DISCARDED");
    }

    private static void refused(ThrowingCallable call, String value) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(call)
                .withMessageContaining("cannot run with " + value)
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.REPLAY_JOB_INVALID);
                    assertThat(ex.category()).isEqualTo(FailureCategory.VALIDATION);
                });
    }
}
