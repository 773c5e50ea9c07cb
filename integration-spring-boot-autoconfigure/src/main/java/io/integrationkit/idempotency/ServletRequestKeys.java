package io.integrationkit.idempotency;

import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.Sha256;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** Keys that servlet requests carry. Loaded only where Spring MVC is. */
final class ServletRequestKeys implements RequestKeys {

    /** A servlet container puts it into the path for clients without cookies; it is no part of what they ask for. */
    private static final Pattern SESSION = Pattern.compile(";jsessionid=[^/;]*", Pattern.CASE_INSENSITIVE);

    private final Operation operation;

    private final RequestContent content;

    ServletRequestKeys(Operation operation) {
        this.operation = operation;
        this.content = new RequestContent(operation.method());
    }

    @Override
    public String key() {
        ServletRequestAttributes exchange = exchange();
        if (exchange == null) {
            throw new ProblemException(
                    ProblemCode.KEY_MISSING,
                    FailureCategory.VALIDATION,
                    "%s was called without a key: there is no HTTP request on this thread whose header %s could be it; @Idempotent(key) takes it from the arguments instead"
                            .formatted(this.operation, HEADER));
        }
        try {
            return KeyHeader.parse(Collections.list(exchange.getRequest().getHeaders(HEADER)), this.operation);
        } catch (ProblemException ex) {
            refused(ex);
            throw ex;
        }
    }

    @Override
    public String fingerprint(@Nullable Object[] arguments, PayloadCodec codec) {
        List<String> parts = new ArrayList<>();
        ServletRequestAttributes exchange = exchange();
        if (exchange != null) {
            HttpServletRequest request = exchange.getRequest();
            parts.add(request.getMethod());
            parts.add(SESSION.matcher(request.getRequestURI()).replaceAll(""));
            parts.add(Objects.requireNonNullElse(request.getQueryString(), ""));
        }
        parts.addAll(this.content.of(arguments, codec));
        return HexFormat.of().formatHex(Sha256.of(parts));
    }

    @Override
    public void replayed() {
        ServletRequestAttributes exchange = exchange();
        HttpServletResponse response = (exchange != null) ? exchange.getResponse() : null;
        if (response != null) {
            response.setHeader(REPLAYED_HEADER, "true");
        }
    }

    @Override
    public void refused(ProblemException problem) {
        ServletRequestAttributes exchange = exchange();
        if (exchange != null) {
            exchange.getRequest().setAttribute(KeyRefusal.ATTRIBUTE, new KeyRefusal(this.operation.name(), problem));
        }
    }

    private static @Nullable ServletRequestAttributes exchange() {
        return (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes exchange)
                ? exchange
                : null;
    }
}
