package io.integrationkit.actuate;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/** How many entries an endpoint lists at once. */
final class PageSize {

    private static final int DEFAULT = 100;

    private static final int MOST = 1000;

    private PageSize() {}

    /**
     * Checks what a request asks for.
     *
     * @param limit as in the request, {@code null} if it asks for nothing
     * @return the number to list
     * @throws InvalidEndpointRequestException if it is not from 1 to 1000
     */
    static int of(@Nullable Integer limit) {
        int wanted = (limit != null) ? limit : DEFAULT;
        if (wanted < 1 || wanted > MOST) {
            String message = "'limit' must be from 1 to %d, but is %d".formatted(MOST, wanted);
            throw new InvalidEndpointRequestException(message, message);
        }
        return wanted;
    }
}
