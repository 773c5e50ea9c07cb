package io.integrationkit.idempotency;

import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import org.springframework.core.io.InputStreamSource;

/** Which types can be stored as JSON and read again, as far as the type itself tells. */
final class StorableTypes {

    /** Returned before the work is done, or good for one reader only. */
    private static final Set<Class<?>> NOT_THE_RESULT = Set.of(
            CompletionStage.class,
            Future.class,
            Callable.class,
            BaseStream.class,
            AutoCloseable.class,
            InputStreamSource.class);

    /** By name, since they may be absent. */
    private static final Set<String> WRITTEN_LATER = Set.of(
            "org.springframework.http.HttpEntity",
            "org.springframework.web.context.request.async.DeferredResult",
            "org.springframework.web.context.request.async.WebAsyncTask",
            "org.springframework.web.servlet.ModelAndView",
            "org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter",
            "org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody");

    private static final String RESPONSE = "org.springframework.http.ResponseEntity";

    private StorableTypes() {}

    /** Whether values of a type are responses with a status and headers of their own. */
    static boolean isResponse(Class<?> type) {
        return type.getName().equals(RESPONSE);
    }

    /** Why a type cannot be stored, as the rest of a sentence about it; {@code null} if nothing speaks against it. */
    static @Nullable String obstacle(ResolvableType value) {
        Class<?> type = value.resolve();
        if (type == null || type == Object.class) {
            return value + " does not say what a stored result is to be read as";
        }
        boolean unstorable = NOT_THE_RESULT.stream().anyMatch((each) -> each.isAssignableFrom(type))
                || isWrittenLater(type)
                || ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null;
        return unstorable ? type.getName() + " cannot be stored: it is not the result itself" : null;
    }

    private static boolean isWrittenLater(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            if (WRITTEN_LATER.contains(each.getName())) {
                return true;
            }
        }
        return false;
    }
}
