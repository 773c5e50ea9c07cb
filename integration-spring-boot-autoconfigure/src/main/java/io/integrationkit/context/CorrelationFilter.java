package io.integrationkit.context;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.web.filter.OncePerRequestFilter;

/** Binds the correlation id a request carries, or a new one, while the request is handled, and answers with it. */
public final class CorrelationFilter extends OncePerRequestFilter {

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try (Scope scope = Correlation.open(request.getHeader(Correlation.HEADER))) {
            response.setHeader(Correlation.HEADER, Correlation.current());
            chain.doFilter(request, response);
        }
    }
}
