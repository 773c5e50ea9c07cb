package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.call.CallObserver;
import io.integrationkit.call.Operation;
import io.integrationkit.deduplicate.Arrival;
import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.deduplicate.Inbox;
import io.integrationkit.deduplicate.MessageIdentity;
import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.Idempotent;
import io.integrationkit.idempotency.StoredResult;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.reliable.CircuitBreakers;
import io.integrationkit.reliable.Reliable;
import io.integrationkit.testsupport.DelegatingIdempotencyStore;
import io.integrationkit.testsupport.ManualTime;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** The clock is read seldom; what is measured is nevertheless all that takes time, and nothing else. */
class CallDurationTests {

    private static final Duration SLOW = Duration.ofSeconds(2);

    private final ManualTime time = new ManualTime();

    private Duration measured = Duration.ZERO;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    IdempotencyAutoConfiguration.class,
                    DeduplicateAutoConfiguration.class))
            .withBean(ManualTime.class, () -> this.time)
            .withBean(CallObserver.class, Watch::new)
            .withBean(IdempotencyStore.class, SlowStore::new)
            .withBean(Inbox.class, SlowInbox::new)
            .withBean(Callee.class)
            .withPropertyValues(
                    "integration.reliable.defaults.circuit-breaker.slow-call-duration=1s",
                    "integration.reliable.defaults.circuit-breaker.minimum-calls=1",
                    "integration.reliable.defaults.circuit-breaker.window-size=1",
                    "integration.reliable.defaults.jitter=none",
                    "integration.reliable.defaults.base-delay=10s",
                    "integration.reliable.defaults.max-delay=10s");

    @Test
    void aClaimThatWaitsBelongsToTheCallAndNotToItsAttempt() {
        with((callee) -> {
            assertThat(callee.once("k")).isEqualTo("done");
            assertThat(this.measured).isEqualTo(SLOW.multipliedBy(2));
        });
    }

    @Test
    void aReplayTakesAsLongAsItsClaim() {
        with((callee) -> {
            callee.once("k");
            callee.once("k");
            assertThat(this.measured).isEqualTo(SLOW);
        });
    }

    @Test
    void aFailureThatIsReleasedTakesAsLongAsTheRelease() {
        with((callee) -> {
            assertThat(catchThrowable(() -> callee.once("fail"))).isInstanceOf(UncheckedIOException.class);
            assertThat(this.measured).isEqualTo(SLOW.multipliedBy(2));
        });
    }

    @Test
    void aFallbackBelongsToTheCall() {
        with((callee) -> {
            assertThat(callee.recovered()).isEqualTo("fallback");
            assertThat(this.measured).isEqualTo(SLOW);
        });
    }

    @Test
    void anInboxBelongsToTheCall() {
        with((callee) -> {
            callee.handle("m");
            assertThat(this.measured).isEqualTo(SLOW.multipliedBy(2));
            callee.handle("m");
            assertThat(this.measured).isEqualTo(SLOW);
        });
    }

    @Test
    void aWaitThatIsInterruptedBelongsToTheCall() {
        with((callee) -> {
            this.time.schedule(SLOW, CallDurationTests::interruptTheSleep);
            assertThat(catchThrowable(callee::failing)).isInstanceOf(IOException.class);
            assertThat(Thread.interrupted()).isTrue();
            assertThat(this.measured).isEqualTo(SLOW);
        });
    }

    @Test
    void aCheckOfTheResultBelongsToTheCall() {
        with((callee) -> {
            assertThat(callee.checked()).isEqualTo("done");
            assertThat(this.measured).isEqualTo(SLOW);
        });
    }

    private static void interruptTheSleep() {
        CallDurationTests.<RuntimeException>sneak(new InterruptedException());
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    private void with(Consumer<Callee> test) {
        // What is known in the process takes no time at all.
        this.runner.withPropertyValues("integration.idempotency.cache-size=0").run((context) -> {
            assertThat(context).hasNotFailed();
            test.accept(context.getBean(Callee.class));
            assertThat(context.getBean(CircuitBreakers.class).all())
                    .allSatisfy((breaker) -> assertThat(breaker.slowCallRate()).isZero());
        });
    }

    static class Callee {

        private final ManualTime time;

        Callee(ManualTime time) {
            this.time = time;
        }

        @Reliable(maxAttempts = 1)
        @Idempotent(key = "#key")
        public String once(String key) {
            if (key.equals("fail")) {
                throw new UncheckedIOException(new IOException());
            }
            return "done";
        }

        @Reliable(maxAttempts = 1, fallback = "fallback")
        public String recovered() {
            throw new UncheckedIOException(new IOException());
        }

        String fallback() {
            this.time.advance(SLOW);
            return "fallback";
        }

        @Deduplicate(id = "#id")
        public void handle(String id) {}

        @Reliable(maxAttempts = 2)
        public void failing() throws IOException {
            throw new IOException();
        }

        @Reliable(retryOnResult = "slowlyChecked")
        public String checked() {
            return "done";
        }

        boolean slowlyChecked(String result) {
            this.time.advance(SLOW);
            return false;
        }
    }

    private final class Watch implements CallObserver {

        @Override
        public OfOperation observe(Operation operation) {
            return (call, nanos) -> CallDurationTests.this.measured = Duration.ofNanos(nanos);
        }
    }

    private final class SlowStore extends DelegatingIdempotencyStore {

        SlowStore() {
            super(IdempotencyStore.inMemory(10, CallDurationTests.this.time));
        }

        @Override
        public Claim claim(ClaimRequest request) {
            CallDurationTests.this.time.advance(SLOW);
            return super.claim(request);
        }

        @Override
        public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
            CallDurationTests.this.time.advance(SLOW);
            return super.complete(token, result, ttl);
        }

        @Override
        public boolean release(ClaimToken token) {
            CallDurationTests.this.time.advance(SLOW);
            return super.release(token);
        }

        @Override
        public String engine() {
            return "slow";
        }
    }

    private final class SlowInbox implements Inbox {

        private boolean known;

        @Override
        public Arrival receive(MessageIdentity message) {
            CallDurationTests.this.time.advance(SLOW);
            boolean first = !this.known;
            this.known = true;
            return first ? Arrival.FIRST : Arrival.DUPLICATE;
        }

        @Override
        public void handled(MessageIdentity message) {
            CallDurationTests.this.time.advance(SLOW);
        }

        @Override
        public void forget(MessageIdentity message) {}

        @Override
        public int deleteExpired(int limit) {
            return 0;
        }

        @Override
        public @Nullable JdbcAccess transactions() {
            return null;
        }

        @Override
        public String engine() {
            return "slow";
        }

        @Override
        public boolean durable() {
            return false;
        }
    }
}
