package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallOutcome;
import io.integrationkit.call.KeyExpression;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.Sha256;
import io.integrationkit.context.Deadline;
import io.integrationkit.context.Replay;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.RejectedException;
import java.time.Duration;
import java.util.function.Supplier;

/** The keys of one operation: makes the key of a call, claims it, waits where another call holds it, and ends claims. */
final class KeyClaims {

    private static final String ALL_CALLERS = "";

    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    private final Operation operation;

    private final KeyExpression expression;

    private final IdempotencySpec spec;

    private final IdempotencyStore store;

    private final Supplier<String> owners;

    private final PayloadCodec codec;

    private final FailureClassification classification;

    private final TimeSource time;

    KeyClaims(
            Operation operation,
            KeyExpression expression,
            IdempotencySpec spec,
            IdempotencyStore store,
            Supplier<String> owners,
            PayloadCodec codec,
            FailureClassification classification,
            TimeSource time) {
        this.operation = operation;
        this.expression = expression;
        this.spec = spec;
        this.store = store;
        this.owners = owners;
        this.codec = codec;
        this.classification = classification;
        this.time = time;
    }

    /** Claims the key of a call; any answer but that it is in progress, which is waited for and then refused. */
    Claim claim(Call call) {
        ClaimRequest request = request(call);
        long started = this.time.nanoTime();
        Duration pause = FIRST_PAUSE;
        while (true) {
            Claim claim = this.store.claim(request);
            if (!(claim instanceof Claim.InProgress inProgress)) {
                return claim;
            }
            Duration waited = Duration.ofNanos(this.time.nanoTime() - started);
            Duration left = shorter(this.spec.maxWait().minus(waited), timeOfCaller());
            if (left.isZero() || left.isNegative() || !sleep(shorter(pause, left))) {
                throw refused(call, inProgress);
            }
            pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
        }
    }

    private ClaimRequest request(Call call) {
        String key = this.expression.evaluate(call.arguments());
        call.identifiedBy(key);
        Replay replay = Replay.current();
        return new ClaimRequest(
                new IdempotencyKey(this.operation.name(), ALL_CALLERS, Sha256.hex(key)),
                Sha256.hex(this.codec.writeArguments(this.operation.method(), call.arguments())),
                this.owners.get(),
                this.spec.lease(),
                this.spec.ttl(),
                (replay != null) ? replay.entryId() : null);
    }

    private Duration timeOfCaller() {
        Deadline deadline = Deadline.current();
        return (deadline != null) ? deadline.remaining() : this.spec.maxWait();
    }

    private boolean sleep(Duration duration) {
        try {
            this.time.sleep(duration);
            return true;
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private RejectedException refused(Call call, Claim.InProgress inProgress) {
        call.ended(CallOutcome.REJECTED);
        return new RejectedException(
                ProblemCode.KEY_IN_PROGRESS,
                "%s was not called: another call with the same key is in progress; it was waited for %s (integration.idempotency.max-wait)"
                        .formatted(this.operation, this.spec.maxWait()),
                inProgress.remaining());
    }

    private static Duration shorter(Duration one, Duration other) {
        return (one.compareTo(other) < 0) ? one : other;
    }

    boolean complete(ClaimToken token, StoredResult result) {
        return this.store.complete(token, result, this.spec.ttl());
    }

    boolean deadLetter(ClaimToken token, String entryId) {
        return this.store.deadLetter(token, entryId, this.spec.ttl());
    }

    void release(ClaimToken token) {
        this.store.release(token);
    }

    Failure classify(Throwable exception) {
        return this.classification.classify(exception);
    }
}
