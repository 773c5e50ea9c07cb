package io.integrationkit.actuate;

import io.integrationkit.actuate.IdempotencyEndpoint.KeysDescription;
import io.integrationkit.actuate.IdempotencyEndpoint.Release;
import io.integrationkit.actuate.IntegrationEndpointWebExtension.Problem;
import io.integrationkit.call.InvalidOperationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Keys over HTTP. The actor is who is logged in, and only without a login the parameter of that name. Status codes: 404
 * for a key that is free, 409 for one that nobody holds under the epoch, 400 with a {@link Problem} for a request that
 * cannot be.
 */
@EndpointWebExtension(endpoint = IdempotencyEndpoint.class)
public class IdempotencyEndpointWebExtension {

    private final IdempotencyEndpoint endpoint;

    /**
     * Creates the extension.
     *
     * @param endpoint what it extends
     */
    public IdempotencyEndpointWebExtension(IdempotencyEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * Shows what is known of a key.
     *
     * @param operation the operation the key belongs to
     * @param hash SHA-256 of the key, in hexadecimal
     * @return the key in each scope that used it, or what is wrong
     */
    @ReadOperation
    public WebEndpointResponse<?> keys(@Selector String operation, String hash) {
        return answer(() -> {
            KeysDescription found = this.endpoint.keys(operation, hash);
            return (found != null)
                    ? new WebEndpointResponse<>(found)
                    : new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
        });
    }

    /**
     * Takes a key away from a holder that does not end its claim.
     *
     * @param operation the operation the key belongs to
     * @param hash SHA-256 of the key, in hexadecimal
     * @param epoch epoch of the holder
     * @param reason why
     * @param scope whose key it is, or {@code null}
     * @param actor who asks for it, where nobody is logged in
     * @param security who is logged in
     * @return whether the key was freed, or what is wrong
     */
    @DeleteOperation
    public WebEndpointResponse<?> release(
            @Selector String operation,
            String hash,
            long epoch,
            String reason,
            @Nullable String scope,
            @Nullable String actor,
            SecurityContext security) {
        return answer(() -> {
            Release release = this.endpoint.release(operation, hash, epoch, reason, scope, Actor.of(security, actor));
            if (release == null) {
                return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
            }
            return new WebEndpointResponse<>(release, release.freed() ? WebEndpointResponse.STATUS_OK : 409);
        });
    }

    private static WebEndpointResponse<?> answer(Supplier<WebEndpointResponse<?>> action) {
        try {
            return action.get();
        } catch (InvalidOperationException ex) {
            return new WebEndpointResponse<>(
                    new Problem(ex.code().id(), String.valueOf(ex.getMessage()), ex.action()),
                    WebEndpointResponse.STATUS_BAD_REQUEST);
        }
    }
}
