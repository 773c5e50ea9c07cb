package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.KeyText;
import io.integrationkit.call.Operation;
import io.integrationkit.context.CurrentTenant;
import io.integrationkit.context.Replay;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tells which key a call of one operation uses. Whoever replays a dead letter is somebody else than who called: its key
 * has the scope in front, and what the replayed call calls uses the same scope.
 */
final class CallKeys {

    private final Operation operation;

    private final CallContent content;

    private final @Nullable CallerScope callers;

    private final @Nullable CurrentTenant tenants;

    private final boolean callerRequired;

    private final Told told;

    /**
     * Creates the keys.
     *
     * @param callers tells whose keys they are, or {@code null} if all callers share them
     * @param tenants tells for which tenant they are, or {@code null} if there are none
     * @param callerRequired whether a call of nobody is refused
     */
    CallKeys(
            Operation operation,
            CallContent content,
            @Nullable CallerScope callers,
            @Nullable CurrentTenant tenants,
            boolean callerRequired,
            Told told) {
        this.operation = operation;
        this.content = content;
        this.callers = callers;
        this.tenants = tenants;
        this.callerRequired = callerRequired;
        this.told = told;
    }

    CallKey of(Call call) {
        Replay replay = Replay.current();
        String replayed = (replay != null) ? replay.keyOf(this.operation.name()) : null;
        CallKey key = (replay != null && replayed != null) ? replayed(replay, replayed) : called(call, replay);
        call.identifiedBy(isScoped() ? KeyText.part(key.scope()) + key.text() : key.text());
        return key;
    }

    private boolean isScoped() {
        return this.callers != null || this.tenants != null;
    }

    private CallKey called(Call call, @Nullable Replay replay) {
        return new CallKey(this.operation.name(), scope(replay), this.content.key(call));
    }

    private String scope(@Nullable Replay replay) {
        if (!isScoped()) {
            return "";
        }
        String replayed = (replay != null) ? replay.scope() : null;
        if (replayed != null) {
            return replayed;
        }
        String caller = (this.callers != null) ? Objects.requireNonNullElse(this.callers.current(), "") : "";
        if (this.callerRequired && caller.isBlank()) {
            throw this.told.refusing(new ProblemException(
                    ProblemCode.CALLER_UNKNOWN,
                    FailureCategory.VALIDATION,
                    "%s was not called: nobody is authenticated, and its keys belong to their callers; authenticate the caller, or declare @Idempotent(scope = GLOBAL)"
                            .formatted(this.operation)));
        }
        if (this.tenants == null) {
            return caller;
        }
        return KeyText.part(Objects.requireNonNullElse(this.tenants.id(), "")) + caller;
    }

    private CallKey replayed(Replay replay, String identity) {
        if (!isScoped()) {
            return new CallKey(this.operation.name(), "", identity);
        }
        int colon = identity.indexOf(':');
        int end = colon + 1 + Integer.parseInt(identity, 0, Math.max(colon, 0), 10);
        String scope = identity.substring(colon + 1, end);
        replay.actFor(scope);
        return new CallKey(this.operation.name(), scope, identity.substring(end));
    }
}
