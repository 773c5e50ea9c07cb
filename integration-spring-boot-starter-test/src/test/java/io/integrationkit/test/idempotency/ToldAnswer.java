package io.integrationkit.test.idempotency;

import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.StoredResult;
import io.integrationkit.test.idempotency.KeyModel.Answer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a store told, in the words of the model. */
final class ToldAnswer {

    private ToldAnswer() {}

    static Answer of(Claim claim) {
        if (claim instanceof Claim.Granted granted) {
            return Answer.granted(granted.lapsed(), granted.token().deadLetterId());
        }
        if (claim instanceof Claim.Done done) {
            return new Answer(Answer.Kind.DONE, ceiling(done.remembered()), 0, text(done.result()), false);
        }
        if (claim instanceof Claim.InProgress held) {
            return new Answer(Answer.Kind.IN_PROGRESS, ceiling(held.remaining()), 0, null, false);
        }
        if (claim instanceof Claim.DeadLettered dead) {
            return new Answer(Answer.Kind.DEAD_LETTERED, 0, 0, dead.entryId(), false);
        }
        if (claim instanceof Claim.OutcomeUnknown unknown) {
            return new Answer(Answer.Kind.OUTCOME_UNKNOWN, 0, unknown.epoch(), null, false);
        }
        return new Answer(Answer.Kind.REUSED, 0, 0, null, false);
    }

    private static long ceiling(Duration duration) {
        return duration.plusSeconds(1).minusNanos(1).toSeconds();
    }

    static @Nullable String text(StoredResult result) {
        byte[] payload = result.payload();
        return (payload != null) ? new String(payload, StandardCharsets.UTF_8) : null;
    }
}
