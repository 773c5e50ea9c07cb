package io.integrationkit.context;

import java.io.IOException;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/** Sends the correlation id of the running call with each HTTP request, unless the request has one. */
public final class CorrelationClientInterceptor implements ClientHttpRequestInterceptor {

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        String current = Correlation.current();
        if (current != null && !request.getHeaders().containsHeader(Correlation.HEADER)) {
            request.getHeaders().set(Correlation.HEADER, current);
        }
        return execution.execute(request, body);
    }
}
