package io.integrationkit.idempotency;

import io.integrationkit.context.IdempotencyContext;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.client.ClientRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.ExchangeFilterFunction;
import org.springframework.web.reactive.function.client.ExchangeFunction;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Sends a key with each POST and PATCH request of an idempotent call, unless the request has one: what
 * {@link ChildKeyInterceptor} does, for reactive clients. The call is that of the Reactor context, else that of the
 * thread that subscribes.
 */
public final class ChildKeyFilter implements ExchangeFilterFunction {

    /** Creates a filter. */
    public ChildKeyFilter() {}

    @Override
    public Mono<ClientResponse> filter(ClientRequest request, ExchangeFunction next) {
        return Mono.deferContextual((view) -> next.exchange(withKey(request, contextOf(view))));
    }

    private static @Nullable IdempotencyContext contextOf(ContextView view) {
        return view.<IdempotencyContext>getOrEmpty(IdempotencyContext.REACTOR_KEY)
                .orElseGet(IdempotencyContext::current);
    }

    private static ClientRequest withKey(ClientRequest request, @Nullable IdempotencyContext context) {
        String method = request.method().name();
        if (context == null || !ChildKeys.wants(method) || request.headers().containsHeader(RequestKeys.HEADER)) {
            return request;
        }
        return ClientRequest.from(request)
                .header(RequestKeys.HEADER, ChildKeys.header(context, method, request.url()))
                .build();
    }
}
