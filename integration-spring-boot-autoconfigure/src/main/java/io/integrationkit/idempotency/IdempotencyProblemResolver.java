package io.integrationkit.idempotency;

import io.integrationkit.failure.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tells the client of a controller method with {@link Idempotent} what is wrong with its key, as
 * {@code application/problem+json}. Handles only what such a method itself refused, before it was called; every other
 * exception, also of the same kind from further inside, is left to the application.
 *
 * <p>Stands before the application's exception handlers, and before those of Spring. Safe for use by any number of
 * threads.
 */
public final class IdempotencyProblemResolver implements HandlerExceptionResolver, Ordered {

    private static final Logger logger = LoggerFactory.getLogger(IdempotencyProblemResolver.class);

    private final @Nullable URI documentation;

    /** Of our own: the names of a problem's members do not depend on the settings of the application. */
    private final JsonMapper mapper = new JsonMapper();

    /**
     * Creates a resolver.
     *
     * @param documentation where clients read how keys are used here, or {@code null}; sent as a link
     */
    public IdempotencyProblemResolver(@Nullable URI documentation) {
        this.documentation = documentation;
    }

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE + 10;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception ex) {
        if (!(request.getAttribute(KeyRefusal.ATTRIBUTE) instanceof KeyRefusal refusal)
                || refusal.problem() != ex
                || response.isCommitted()) {
            return null;
        }
        IdempotencyProblem problem = IdempotencyProblem.of(refusal.problem().code());
        if (problem == null) {
            return null;
        }
        if (problem.status() >= 500) {
            logger.warn("A request was answered with {}: {}", problem.status(), ex.getMessage());
        }
        try {
            write(response, problem, refusal);
        } catch (IOException failure) {
            logger.debug("The client of {} does not wait for its answer", refusal.operation(), failure);
        }
        return new ModelAndView();
    }

    private void write(HttpServletResponse response, IdempotencyProblem problem, KeyRefusal refusal)
            throws IOException {
        response.setStatus(problem.status());
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        response.setHeader(HttpHeaders.CONTENT_LANGUAGE, "en");
        if (problem == IdempotencyProblem.IN_PROGRESS) {
            response.setHeader(HttpHeaders.RETRY_AFTER, Long.toString(retryAfter(refusal.problem())));
        }
        if (this.documentation != null) {
            response.addHeader(HttpHeaders.LINK, "<%s>; rel=\"describedby\"".formatted(this.documentation));
        }
        response.getOutputStream().write(this.mapper.writeValueAsBytes(problem.body(refusal.operation())));
    }

    /** Whole seconds, so rather late than early. */
    private static long retryAfter(ProblemException problem) {
        Duration wait = problem.retryAfter();
        return (wait != null) ? Math.max(1, wait.plusNanos(999_999_999).toSeconds()) : 1;
    }
}
