package io.integrationkit.actuate;

import com.fasterxml.jackson.annotation.JsonValue;
import io.integrationkit.actuate.IntegrationEndpointWebExtension.Problem;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** Status codes of what the {@code deadletters} endpoint answers. */
final class DeadLetterAnswer {

    private static final int FORBIDDEN = 403;

    private static final int CONFLICT = 409;

    private DeadLetterAnswer() {}

    /** 200, 404 for {@code null}, 409 for a {@link #conflict}, or what a problem of the kit means over HTTP. */
    static WebEndpointResponse<?> of(Supplier<@Nullable Object> work) {
        try {
            Object answer = work.get();
            if (answer instanceof Conflict conflict) {
                return new WebEndpointResponse<>(new Body(conflict.now()), CONFLICT);
            }
            return (answer != null)
                    ? new WebEndpointResponse<>(new Body(answer))
                    : new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
        } catch (InvalidOperationException ex) {
            return problem(ex, ex.action(), WebEndpointResponse.STATUS_BAD_REQUEST);
        } catch (ProblemException ex) {
            return problem(ex, "See the runbook of " + ex.code().id() + ".", status(ex));
        }
    }

    private static int status(ProblemException ex) {
        if (ex.code() == ProblemCode.DEAD_LETTER_REVEAL_FORBIDDEN) {
            return FORBIDDEN;
        }
        return (ex.category() == FailureCategory.VALIDATION) ? WebEndpointResponse.STATUS_BAD_REQUEST : CONFLICT;
    }

    private static WebEndpointResponse<?> problem(ProblemException ex, String action, int status) {
        return new WebEndpointResponse<>(new Problem(ex.code().id(), String.valueOf(ex.getMessage()), action), status);
    }

    static InvalidOperationException invalid(String message, String action) {
        return new InvalidOperationException(ProblemCode.INVALID_SETTING, message, action);
    }

    static Object conflict(Object now) {
        return new Conflict(now);
    }

    private record Conflict(Object now) {}

    /** Something of another package, written as Actuator writes answers: without what is {@code null}. */
    private record Body(@JsonValue Object content) implements OperationResponseBody {}
}
