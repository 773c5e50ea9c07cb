package io.integrationkit.actuate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.failure.ProblemCode;
import java.security.Principal;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SecurityContext;

/** Who makes a change over HTTP: who is logged in, and only without a login whom the request names. */
final class Actor {

    private Actor() {}

    static String of(SecurityContext security, @Nullable String given) {
        Principal principal = security.getPrincipal();
        if (principal != null) {
            return principal.getName();
        }
        if (given == null || given.isBlank()) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING, "A change has no actor", "Say in 'actor' who makes the change.");
        }
        return given;
    }
}
