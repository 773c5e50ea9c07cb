package io.integrationkit.actuate;

import io.integrationkit.actuate.IntegrationEndpointWebExtension.Problem;
import io.integrationkit.actuate.OutboxEndpoint.Action;
import io.integrationkit.call.InvalidOperationException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Changes of the outbox over HTTP. The actor is who is logged in, and only without a login the parameter of that name.
 * 400 with a {@link Problem} for a change that cannot be.
 */
@EndpointWebExtension(endpoint = OutboxEndpoint.class)
public class OutboxEndpointWebExtension {

    private final OutboxEndpoint endpoint;

    /**
     * Creates the extension.
     *
     * @param endpoint what it extends
     */
    public OutboxEndpointWebExtension(OutboxEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * Pauses or resumes, ends a lease, or lets a held key go on.
     *
     * @param action what to do
     * @param destination of a pause or its end, or of the key
     * @param key the key
     * @param shard of the lease that is to end
     * @param actor who asks for it, where nobody is logged in
     * @param security who is logged in
     * @return the outbox as it is now, or what is wrong
     */
    @WriteOperation
    public WebEndpointResponse<?> change(
            Action action,
            @Nullable String destination,
            @Nullable String key,
            @Nullable Integer shard,
            @Nullable String actor,
            SecurityContext security) {
        try {
            return new WebEndpointResponse<>(
                    this.endpoint.change(action, destination, key, shard, Actor.of(security, actor)));
        } catch (InvalidOperationException ex) {
            return new WebEndpointResponse<>(
                    new Problem(ex.code().id(), String.valueOf(ex.getMessage()), ex.action()),
                    WebEndpointResponse.STATUS_BAD_REQUEST);
        }
    }
}
