package io.integrationkit.call;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Which return types are results that come later; Reactor may be absent. */
final class LaterResultTypes {

    private static final boolean REACTOR =
            ClassUtils.isPresent("reactor.core.publisher.Flux", LaterResultTypes.class.getClassLoader());

    private LaterResultTypes() {}

    static @Nullable LaterResults find(Class<?> type, Executor blocking) {
        if (type == CompletionStage.class || type == CompletableFuture.class) {
            return new FutureResults(blocking);
        }
        return REACTOR ? Reactor.find(type, blocking) : null;
    }

    private static final class Reactor {

        static @Nullable LaterResults find(Class<?> type, Executor blocking) {
            return (type == Mono.class || type == Flux.class) ? new ReactorResults(type == Flux.class, blocking) : null;
        }
    }
}
