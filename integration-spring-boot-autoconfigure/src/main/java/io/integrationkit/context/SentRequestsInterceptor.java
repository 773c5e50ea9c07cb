package io.integrationkit.context;

import java.io.IOException;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;

/** Notes each HTTP request of a thread and how it ended, for {@link SentRequests}. Changes nothing. */
public final class SentRequestsInterceptor implements ClientHttpRequestInterceptor {

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        String method = request.getMethod().name();
        try {
            ClientHttpResponse response = execution.execute(request, body);
            SentRequests.answered(method, response.getStatusCode().value());
            return response;
        } catch (IOException | RuntimeException | Error failure) {
            SentRequests.failed(method, failure);
            throw failure;
        }
    }
}
