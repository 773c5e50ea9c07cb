package io.integrationkit.idempotency;

import io.integrationkit.context.IdempotencyContext;
import java.net.URI;
import java.util.Objects;
import java.util.Set;

/** Keys for the HTTP requests that an idempotent call sends. */
final class ChildKeys {

    /** The methods whose repetition may do the work again, and for which the header is meant. */
    private static final Set<String> NOT_IDEMPOTENT = Set.of("POST", "PATCH");

    private ChildKeys() {}

    static boolean wants(String method) {
        return NOT_IDEMPOTENT.contains(method);
    }

    /** The value of the header. The query is left out: it may hold the time or a signature. */
    static String header(IdempotencyContext context, String method, URI uri) {
        String site = method + " " + Objects.requireNonNullElse(uri.getRawAuthority(), "")
                + Objects.requireNonNullElse(uri.getRawPath(), "");
        return '"' + context.childKey(site + " " + context.ordinalOf(site)) + '"';
    }
}
