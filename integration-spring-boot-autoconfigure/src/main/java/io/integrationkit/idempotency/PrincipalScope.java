package io.integrationkit.idempotency;

import org.jspecify.annotations.Nullable;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;

/** The name of whom Spring Security has authenticated on this thread. */
public final class PrincipalScope implements CallerScope {

    /** Creates the scope. */
    public PrincipalScope() {}

    @Override
    public @Nullable String current() {
        Authentication authentication = SecurityContextHolder.getContext().getAuthentication();
        if (authentication == null
                || !authentication.isAuthenticated()
                || authentication instanceof AnonymousAuthenticationToken) {
            return null;
        }
        return authentication.getName();
    }
}
