package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.actuate.CallMeters;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.call.CallObserver;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.reliable.Reliable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.NestedExceptionUtils;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Results that come later, through the whole application context. */
@Timeout(60)
class LaterResultsTests {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final MeterRegistry meters = new SimpleMeterRegistry();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    JacksonAutoConfiguration.class, CallAutoConfiguration.class, ReliableAutoConfiguration.class))
            .withBean(CallObserver.class, () -> new CallMeters(this.meters, List.of()))
            .withPropertyValues("integration.reliable.defaults.base-delay=1ms");

    @Test
    void aFutureIsTriedAgainAndCountedOnce() {
        this.runner.withBean("prices", Prices.class).run((context) -> {
            Prices prices = context.getBean(Prices.class);
            assertThat(prices.future(2)).succeedsWithin(SOON).isEqualTo("price 3");
            assertThat(this.meters
                            .get("integration.calls")
                            .tags("operation", "prices.future", "outcome", "executed")
                            .functionTimer()
                            .count())
                    .isEqualTo(1);
        });
    }

    @Test
    void eachSubscriptionIsACallOfItsOwn() {
        this.runner.withBean("prices", Prices.class).run((context) -> {
            Mono<String> price = context.getBean(Prices.class).mono(1);
            assertThat(price.block(SOON)).isEqualTo("price 2");
            assertThat(price.block(SOON)).isEqualTo("price 3");
        });
    }

    @Test
    void aCallThatIsGivenUpIsRecoveredByAFallbackWhoseResultComesLaterToo() {
        this.runner.withBean("prices", Prices.class).run((context) -> {
            Prices prices = context.getBean(Prices.class);
            assertThat(prices.lostFuture()).succeedsWithin(SOON).isEqualTo("list price");
            assertThat(prices.lostMono().block(SOON)).isEqualTo("list price");
        });
    }

    @Test
    void aFluxIsNotJudgedByItsElements() {
        this.runner
                .withBean("streams", Streams.class)
                .run((context) -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .satisfies((failure) -> assertThat(NestedExceptionUtils.getMostSpecificCause(failure))
                                .isInstanceOf(InvalidOperationException.class)
                                .hasMessageContainingAll("retryOnResult", "Flux", "streams")));
    }

    @Test
    void futuresWorkWithoutReactor() throws Exception {
        URL[] withoutReactor = Arrays.stream(
                        System.getProperty("java.class.path").split(File.pathSeparator))
                .map(File::new)
                .filter((file) -> !file.getName().startsWith("react"))
                .map(LaterResultsTests::url)
                .toArray(URL[]::new);
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        try (URLClassLoader loader = new URLClassLoader(withoutReactor, ClassLoader.getPlatformClassLoader())) {
            thread.setContextClassLoader(loader);
            assertThatExceptionOfType(ClassNotFoundException.class)
                    .isThrownBy(() -> loader.loadClass("reactor.core.publisher.Flux"));
            Class<?> application = loader.loadClass(WithoutReactor.class.getName());
            assertThat(((Callable<?>) application.getConstructor().newInstance()).call())
                    .isEqualTo("done");
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private static URL url(File file) {
        try {
            return file.toURI().toURL();
        } catch (MalformedURLException ex) {
            throw new IllegalStateException(ex);
        }
    }

    /** An application on a class path without Reactor. */
    public static final class WithoutReactor implements Callable<String> {

        @Override
        public String call() throws Exception {
            try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
                context.register(CallAutoConfiguration.class, ReliableAutoConfiguration.class, Futures.class);
                context.refresh();
                return context.getBean(Futures.class).future().get(10, TimeUnit.SECONDS);
            }
        }
    }

    static class Prices {

        private final AtomicInteger asked = new AtomicInteger();

        @Reliable
        CompletableFuture<String> future(int failures) {
            int attempt = this.asked.incrementAndGet();
            return (attempt <= failures)
                    ? CompletableFuture.failedFuture(new IOException())
                    : CompletableFuture.completedFuture("price " + attempt);
        }

        @Reliable
        Mono<String> mono(int failures) {
            int attempt = this.asked.incrementAndGet();
            return (attempt <= failures) ? Mono.error(new IOException()) : Mono.just("price " + attempt);
        }

        @Reliable(fallback = "listFuture")
        CompletableFuture<String> lostFuture() throws IOException {
            throw new IOException("thrown");
        }

        CompletableFuture<String> listFuture() {
            return CompletableFuture.supplyAsync(() -> "list price");
        }

        @Reliable(fallback = "listMono")
        Mono<String> lostMono() {
            return Mono.error(new IOException());
        }

        Mono<String> listMono() {
            return Mono.just("list price");
        }
    }

    static class Futures {

        private int asked;

        @Reliable
        CompletableFuture<String> future() throws IOException {
            if (this.asked++ == 0) {
                throw new IOException();
            }
            return CompletableFuture.completedFuture("done");
        }
    }

    static class Streams {

        @Reliable(retryOnResult = "isOdd")
        Flux<String> all() {
            return Flux.just("a");
        }

        boolean isOdd(String element) {
            return element.isEmpty();
        }
    }
}
