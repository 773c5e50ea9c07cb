package io.integrationkit.idempotency;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.KeyExpression;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.call.PlanContributor;
import io.integrationkit.call.Setting;
import io.integrationkit.call.SettingSources;
import io.integrationkit.call.StagePosition;
import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.boot.convert.DurationStyle;

/** Gives operations with {@link Idempotent} the stage that claims their keys. */
public final class IdempotentCalls implements PlanContributor {

    private static final String PREFIX = "integration.idempotency.";

    private final IdempotencyStore store;

    private final IdempotencySpec defaults;

    private final SettingSources sources;

    private final PayloadCodec codec;

    private final FailureClassification classification;

    private final TimeSource time;

    private final String instance = UUID.randomUUID().toString();

    private final AtomicLong claims = new AtomicLong();

    /**
     * Creates the contributor.
     *
     * @param store where the keys are kept
     * @param defaults values of what the annotation leaves open
     * @param sources where the defaults were set
     * @param codec writes arguments and results
     * @param classification says what kind of failure an exception is
     * @param time measures and makes waits
     */
    public IdempotentCalls(
            IdempotencyStore store,
            IdempotencySpec defaults,
            SettingSources sources,
            PayloadCodec codec,
            FailureClassification classification,
            TimeSource time) {
        this.store = store;
        this.defaults = defaults;
        this.sources = sources;
        this.codec = codec;
        this.classification = classification;
        this.time = time;
    }

    @Override
    public void contribute(Operation operation, PlanBuilder plan) {
        Idempotent annotation = operation.annotation(Idempotent.class);
        if (annotation == null) {
            return;
        }
        KeyExpression expression = KeyExpression.compile(operation, "@Idempotent(key)", annotation.key());
        IdempotencySpec spec = spec(operation, annotation);
        ResultCodec results = new ResultCodec(operation, this.codec);
        KeyClaims keys = new KeyClaims(
                operation, expression, spec, this.store, this::newOwner, this.codec, this.classification, this.time);
        plan.stage(StagePosition.IDEMPOTENT, (next) -> new IdempotentStage(next, keys, results));
        plan.setting("idempotency.key", expression, "@Idempotent(key)");
        plan.setting("idempotency.ttl", spec.ttl(), source(annotation.ttl(), "ttl"));
        plan.setting("idempotency.lease", spec.lease(), source(annotation.lease(), "lease"));
        plan.setting("idempotency.max-wait", spec.maxWait(), source("", "max-wait"));
        plan.setting("idempotency.store", this.store.engine(), source("", "store"));
    }

    private String newOwner() {
        return this.instance + "/" + this.claims.incrementAndGet();
    }

    private IdempotencySpec spec(Operation operation, Idempotent annotation) {
        Duration ttl = duration(operation, "ttl", annotation.ttl(), this.defaults.ttl());
        Duration lease = duration(operation, "lease", annotation.lease(), this.defaults.lease());
        try {
            return new IdempotencySpec(ttl, lease, this.defaults.maxWait());
        } catch (InvalidOperationException ex) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "@Idempotent(ttl = \"%s\", lease = \"%s\") of %s cannot work with integration.idempotency.ttl=%s and lease=%s: the lease must be positive and shorter than the ttl"
                            .formatted(
                                    annotation.ttl(),
                                    annotation.lease(),
                                    operation,
                                    this.defaults.ttl(),
                                    this.defaults.lease()),
                    ex.action());
        }
    }

    private static Duration duration(Operation operation, String attribute, String text, Duration otherwise) {
        if (text.isBlank()) {
            return otherwise;
        }
        try {
            return DurationStyle.detectAndParse(text);
        } catch (IllegalArgumentException ex) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "@Idempotent(%s = \"%s\") of %s is not a time".formatted(attribute, text, operation),
                    "Write it like 30s, 24h or PT24H.");
        }
    }

    private String source(String attribute, String name) {
        if (!attribute.isBlank()) {
            return "@Idempotent(" + name + ")";
        }
        String source = this.sources.sourceOf(PREFIX + name);
        return (source != null) ? source : Setting.DEFAULT;
    }
}
