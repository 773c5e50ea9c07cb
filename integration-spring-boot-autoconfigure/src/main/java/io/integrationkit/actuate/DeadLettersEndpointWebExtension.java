package io.integrationkit.actuate;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.ReplayResult;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * Status codes of the dead letters' writes over HTTP: 404 for an entry that is not there, 409 for one that is not open.
 * A replay that was tried is 200, whatever it met.
 */
@EndpointWebExtension(endpoint = DeadLettersEndpoint.class)
public class DeadLettersEndpointWebExtension {

    private final DeadLettersEndpoint endpoint;

    /**
     * Creates the extension.
     *
     * @param endpoint what it extends
     */
    public DeadLettersEndpointWebExtension(DeadLettersEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /**
     * Replays one entry.
     *
     * @param id id of the entry
     * @return how it ended
     */
    @WriteOperation
    public WebEndpointResponse<ReplayResult> replay(@Selector String id) {
        ReplayResult result = this.endpoint.replay(id);
        if (result == null) {
            return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
        }
        return new WebEndpointResponse<>(result, status(result.outcome() != ReplayResult.Outcome.SKIPPED));
    }

    /**
     * Closes an open entry without doing it.
     *
     * @param id id of the entry
     * @param reason why
     * @return the entry as it is now
     */
    @DeleteOperation
    public WebEndpointResponse<DeadLetter> discard(@Selector String id, String reason) {
        DeadLetter letter = this.endpoint.discard(id, reason);
        if (letter == null) {
            return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
        }
        return new WebEndpointResponse<>(letter, status(letter.status() == DeadLetter.Status.DISCARDED));
    }

    private static int status(boolean done) {
        return done ? WebEndpointResponse.STATUS_OK : 409;
    }
}
