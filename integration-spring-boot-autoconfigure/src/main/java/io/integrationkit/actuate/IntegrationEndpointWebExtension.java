package io.integrationkit.actuate;

import io.integrationkit.actuate.IntegrationEndpoint.BreakerOrder;
import io.integrationkit.actuate.IntegrationEndpoint.Part;
import io.integrationkit.actuate.IntegrationEndpoint.PolicyDescription;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Policies over HTTP. The actor is who is logged in, whatever the request says, and only without a login the parameter
 * of that name. Status codes: 404 for a policy or circuit breaker that is not there, 400 for a change that cannot work,
 * each with a {@link Problem}.
 */
@EndpointWebExtension(endpoint = IntegrationEndpoint.class)
public class IntegrationEndpointWebExtension {

    private final IntegrationEndpoint endpoint;

    /**
     * Creates the extension.
     *
     * @param endpoint what it extends
     */
    public IntegrationEndpointWebExtension(IntegrationEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * Shows one policy.
     *
     * @param part what is named
     * @param name name of the policy
     * @return the policy, or what is wrong
     */
    @ReadOperation
    public WebEndpointResponse<?> policy(@Selector Part part, @Selector String name) {
        return answer(() -> this.endpoint.policy(part, name));
    }

    /**
     * Changes a policy, or holds its circuit breaker.
     *
     * @param part what is named
     * @param name name of the policy
     * @param settings what to change, or {@code null}
     * @param breaker what to do with the circuit breaker, or {@code null}
     * @param actor who asks for it, where nobody is logged in
     * @param expiresAfter time after which it ends by itself, or {@code null} for never
     * @param security who is logged in
     * @return the policy as it is now, or what is wrong
     */
    @WriteOperation
    public WebEndpointResponse<?> change(
            @Selector Part part,
            @Selector String name,
            @Nullable String settings,
            @Nullable BreakerOrder breaker,
            @Nullable String actor,
            @Nullable Duration expiresAfter,
            SecurityContext security) {
        return answer(
                () -> this.endpoint.change(part, name, settings, breaker, Actor.of(security, actor), expiresAfter));
    }

    /**
     * Takes back what was changed of a policy.
     *
     * @param part what is named
     * @param name name of the policy
     * @param actor who asks for it, where nobody is logged in
     * @param security who is logged in
     * @return the policy as it is now, or what is wrong
     */
    @DeleteOperation
    public WebEndpointResponse<?> reset(
            @Selector Part part, @Selector String name, @Nullable String actor, SecurityContext security) {
        return answer(() -> this.endpoint.reset(part, name, Actor.of(security, actor)));
    }

    private static WebEndpointResponse<?> answer(Supplier<PolicyDescription> action) {
        try {
            return new WebEndpointResponse<>(action.get());
        } catch (InvalidOperationException ex) {
            return new WebEndpointResponse<>(
                    new Problem(ex.code().id(), String.valueOf(ex.getMessage()), ex.action()),
                    (ex.code() == ProblemCode.POLICY_UNKNOWN)
                            ? WebEndpointResponse.STATUS_NOT_FOUND
                            : WebEndpointResponse.STATUS_BAD_REQUEST);
        }
    }

    /**
     * Why nothing was changed.
     *
     * @param code the problem code
     * @param message what is wrong
     * @param action what to do instead
     */
    public record Problem(String code, String message, String action) implements OperationResponseBody {}
}
