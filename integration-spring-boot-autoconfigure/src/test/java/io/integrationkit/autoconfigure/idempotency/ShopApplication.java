package io.integrationkit.autoconfigure.idempotency;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassifier;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.idempotency.Idempotent;
import io.integrationkit.idempotency.KeyScope;
import io.integrationkit.testsupport.ManualTime;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.security.Principal;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.MultipartAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.util.UriComponentsBuilder;

/** A shop whose orders clients may repeat. What it did is counted. */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
    TomcatServletWebServerAutoConfiguration.class,
    DispatcherServletAutoConfiguration.class,
    MultipartAutoConfiguration.class,
    WebMvcAutoConfiguration.class,
    HttpMessageConvertersAutoConfiguration.class,
    JacksonAutoConfiguration.class,
    CallAutoConfiguration.class,
    ReliableAutoConfiguration.class,
    IdempotencyAutoConfiguration.class,
    IdempotencyHttpAutoConfiguration.class
})
@Import({
    ShopApplication.Orders.class,
    ShopApplication.Refunds.class,
    ShopApplication.Stock.class,
    ShopApplication.Problems.class
})
class ShopApplication {

    record Order(String article, int amount) {}

    record Confirmation(int number, Order order) {}

    static class DeclinedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        DeclinedException(String message) {
            super(message);
        }
    }

    /** Counts effects, and holds them up where a test wants that. */
    static class Effects {

        private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();

        volatile @Nullable CountDownLatch entered;

        volatile @Nullable CountDownLatch held;

        int add(String name) {
            int count = this.counts
                    .computeIfAbsent(name, (key) -> new AtomicInteger())
                    .incrementAndGet();
            CountDownLatch inside = this.entered;
            CountDownLatch hold = this.held;
            if (inside != null && hold != null) {
                inside.countDown();
                try {
                    if (!hold.await(30, TimeUnit.SECONDS)) {
                        throw new IllegalStateException("nobody let the work go on");
                    }
                } catch (InterruptedException ex) {
                    throw new IllegalStateException(ex);
                }
            }
            return count;
        }

        int of(String name) {
            AtomicInteger count = this.counts.get(name);
            return (count != null) ? count.get() : 0;
        }
    }

    @Bean
    ManualTime time() {
        return new ManualTime();
    }

    /** What the application knows of its own exceptions. */
    @Bean
    FailureClassifier declined() {
        return (failure) -> (failure instanceof DeclinedException) ? Failure.of(FailureCategory.PERMANENT) : null;
    }

    @Bean
    Effects effects() {
        return new Effects();
    }

    @RestController
    static class Orders {

        private final Effects effects;

        private final Stock stock;

        Orders(Effects effects, Stock stock) {
            this.effects = effects;
            this.stock = stock;
        }

        @PostMapping("/orders")
        @Idempotent(ttl = "2h", scope = KeyScope.GLOBAL)
        public ResponseEntity<Confirmation> order(
                @RequestBody Order order,
                @RequestParam(required = false) @Nullable String coupon,
                @RequestHeader(name = "X-Attempt", required = false) @Nullable String attempt,
                HttpServletRequest request,
                HttpHeaders headers,
                Locale locale,
                @Nullable Principal principal,
                UriComponentsBuilder uris) {
            int number = this.effects.add("order");
            return ResponseEntity.created(URI.create("/orders/" + number))
                    .eTag("v" + number)
                    .header(HttpHeaders.SET_COOKIE, "basket=" + number)
                    .header("X-Served", "once")
                    .body(new Confirmation(number, order));
        }

        @PostMapping("/orders/{number}/notes")
        @Idempotent(scope = KeyScope.GLOBAL)
        @ResponseStatus(HttpStatus.ACCEPTED)
        public String note(@PathVariable int number, @RequestBody String text) {
            return number + ":" + text + ":" + this.effects.add("note");
        }

        @PatchMapping("/orders/{number}")
        @Idempotent(scope = KeyScope.GLOBAL)
        public void change(@PathVariable int number, @RequestBody Order order) {
            this.effects.add("change");
        }

        @PostMapping("/files")
        @Idempotent(scope = KeyScope.GLOBAL)
        public int upload(@RequestParam MultipartFile file) {
            return this.effects.add("file");
        }

        @PostMapping("/refusals/{kind}")
        @Idempotent(scope = KeyScope.GLOBAL)
        public ResponseEntity<String> refuse(@PathVariable String kind) throws DeclinedException {
            int count = this.effects.add(kind);
            switch (kind) {
                case "status" -> throw new ResponseStatusException(HttpStatus.CONFLICT, "shipped already " + count);
                case "declined" -> throw new DeclinedException("declined " + count);
                case "down" -> throw new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE);
                case "entity-409" -> {
                    return ResponseEntity.status(409).body("conflict " + count);
                }
                case "entity-503" -> {
                    return ResponseEntity.status(503).body("busy " + count);
                }
                case "stock" -> this.stock.take(" ");
                case "stock-reused" ->
                    throw new ProblemException(ProblemCode.KEY_REUSED, FailureCategory.VALIDATION, "a key of ours");
                default -> throw new IllegalArgumentException(kind);
            }
            return ResponseEntity.ok(kind);
        }
    }

    @RestController
    static class Refunds {

        private final Effects effects;

        Refunds(Effects effects) {
            this.effects = effects;
        }

        @PostMapping("/refunds")
        @Idempotent(scope = KeyScope.GLOBAL)
        public int refund(@RequestBody Order order) {
            return this.effects.add("refund");
        }

        @PostMapping("/plain")
        public String plain() {
            return "plain";
        }
    }

    static class Stock {

        @Idempotent(key = "#article")
        public void take(String article) {}
    }

    /** The application's own way to tell its errors. */
    @RestControllerAdvice
    static class Problems {

        @ExceptionHandler
        ResponseEntity<ProblemDetail> declined(DeclinedException ex) {
            return ResponseEntity.of(ProblemDetail.forStatusAndDetail(HttpStatus.PAYMENT_REQUIRED, ex.getMessage()))
                    .build();
        }

        @ExceptionHandler
        ResponseEntity<String> problem(ProblemException ex) {
            return ResponseEntity.status(555).body("own answer to " + List.of(ex.code()));
        }
    }
}
