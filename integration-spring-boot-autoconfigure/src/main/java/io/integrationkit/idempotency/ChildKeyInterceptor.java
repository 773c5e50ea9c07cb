package io.integrationkit.idempotency;

import io.integrationkit.context.IdempotencyContext;
import java.io.IOException;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/**
 * Sends a key with each POST and PATCH request of an idempotent call, unless the request has one. Work that is begun
 * again sends the same keys, so that callees that know the header do their part once.
 */
public final class ChildKeyInterceptor implements ClientHttpRequestInterceptor {

    /** Creates an interceptor. */
    public ChildKeyInterceptor() {}

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        IdempotencyContext context = IdempotencyContext.current();
        String method = request.getMethod().name();
        if (context != null && ChildKeys.wants(method) && !request.getHeaders().containsHeader(RequestKeys.HEADER)) {
            request.getHeaders().set(RequestKeys.HEADER, ChildKeys.header(context, method, request.getURI()));
        }
        return execution.execute(request, body);
    }
}
