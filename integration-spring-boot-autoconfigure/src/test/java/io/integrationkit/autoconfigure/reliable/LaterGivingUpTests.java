package io.integrationkit.autoconfigure.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deadletter.DeadLetterAutoConfiguration;
import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.ReplayResult;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.Reliable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.reactivestreams.Publisher;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Calls whose result comes later and that are given up: compensated, stored, replayed, or left by their caller. */
@Timeout(60)
class LaterGivingUpTests {

    private static final Duration SOON = Duration.ofSeconds(10);

    private final Callee callee = new Callee();

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    JacksonAutoConfiguration.class,
                    CallAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class,
                    ReliableAutoConfiguration.class))
            .withBean("mail", Mail.class, this.callee)
            .withPropertyValues("integration.reliable.defaults.base-delay=1ms");

    @Test
    void aFutureOfNothingCompletesOnceTheCallIsStored() {
        with((mail, letters) -> {
            assertThat(mail.send("a")).succeedsWithin(SOON).isNull();
            assertThat(onlyEntry(letters).attempts()).isEqualTo(3);
        });
    }

    @Test
    void otherResultsTellWhereTheCallWent() {
        with((mail, letters) -> {
            Throwable failure = mail.ask("a")
                    .handle((result, thrown) -> thrown)
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
            assertThat(failure)
                    .isInstanceOfSatisfying(
                            DeadLetteredException.class,
                            (ex) -> assertThat(ex.entryId())
                                    .isEqualTo(onlyEntry(letters).id()));
        });
    }

    @Test
    void aPublisherTellsWhereTheCallWent() {
        with((mail, letters) -> {
            Throwable failure = failureOf(mail.monoOf("a"));
            assertThat(failure)
                    .isInstanceOfSatisfying(
                            DeadLetteredException.class,
                            (ex) -> assertThat(ex.entryId())
                                    .isEqualTo(onlyEntry(letters).id()));
        });
    }

    @Test
    void theReplayOfAFutureWaitsForItsResult() {
        with((mail, letters) -> {
            assertThat(mail.send("a")).succeedsWithin(SOON);
            DeadLetter entry = onlyEntry(letters);
            assertThat(letters.replay(entry.id()).outcome()).isEqualTo(ReplayResult.Outcome.FAILED);
            assertThat(onlyEntry(letters).id()).isEqualTo(entry.id());
            assertThat(this.callee.asked).hasValue(6);
            this.callee.down = false;
            assertThat(letters.replay(entry.id()).outcome()).isEqualTo(ReplayResult.Outcome.REPLAYED);
            assertThat(this.callee.done).containsExactly("a");
        });
    }

    @Test
    void theReplayOfAPublisherSubscribesToIt() {
        with((mail, letters) -> {
            assertThat(failureOf(mail.fluxOf("a"))).isInstanceOf(DeadLetteredException.class);
            DeadLetter entry = onlyEntry(letters);
            assertThat(letters.replay(entry.id()).outcome()).isEqualTo(ReplayResult.Outcome.FAILED);
            assertThat(onlyEntry(letters).id()).isEqualTo(entry.id());
            this.callee.down = false;
            assertThat(letters.replay(entry.id()).outcome()).isEqualTo(ReplayResult.Outcome.REPLAYED);
            assertThat(this.callee.done).containsExactly("a");
        });
    }

    @Test
    void aCallThatIsGivenUpIsCompensatedOnce() {
        with((mail, letters) -> {
            assertThat(mail.book("a")).failsWithin(SOON).withThrowableThat().withRootCauseInstanceOf(IOException.class);
            assertThat(failureOf(mail.bookMono("b"))).isInstanceOf(UncheckedIOException.class);
            assertThat(this.callee.asked).hasValue(6);
            assertThat(this.callee.undone).containsExactly("a", "b");
        });
    }

    @Test
    void aCallThatIsCancelledIsNotGivenUp() {
        with((mail, letters) -> {
            this.callee.silent = true;
            CompletableFuture<String> booking = mail.book("a");
            Disposable subscription = mail.bookMono("b").subscribe();
            assertThat(this.callee.asked).hasValue(2);
            booking.cancel(true);
            subscription.dispose();
            assertThat(this.callee.cancelled).hasValue(2);
            assertThat(this.callee.undone).isEmpty();
        });
    }

    @Test
    void cancellingTheAnswerCancelsTheFallbackThatIsUnderWay() {
        with((mail, letters) -> {
            CompletableFuture<String> answer = mail.replaceable();
            assertThat(this.callee.fallbacks.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            answer.cancel(true);
            await().untilAtomic(this.callee.cancelled, equalTo(1));
            Disposable subscription = mail.replaceableMono().subscribe();
            assertThat(this.callee.fallbacks.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            subscription.dispose();
            await().untilAtomic(this.callee.cancelled, equalTo(2));
        });
    }

    @FunctionalInterface
    private interface Body {

        void run(Mail mail, DeadLetters letters) throws Exception;
    }

    private void with(Body body) {
        this.runner.run((context) -> body.run(context.getBean(Mail.class), context.getBean(DeadLetters.class)));
    }

    private static DeadLetter onlyEntry(DeadLetters letters) {
        List<DeadLetter> all = letters.list(DeadLetterFilter.all(), null, 10);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    private static Throwable failureOf(Publisher<String> publisher) {
        return Flux.from(publisher)
                .then(Mono.<Throwable>empty())
                .onErrorResume(Mono::just)
                .blockOptional(SOON)
                .orElseThrow();
    }

    /** What is at the other end: down until the test says otherwise. */
    static class Callee {

        final AtomicInteger asked = new AtomicInteger();

        final AtomicInteger cancelled = new AtomicInteger();

        final List<String> done = new CopyOnWriteArrayList<>();

        final List<String> undone = new CopyOnWriteArrayList<>();

        final Semaphore fallbacks = new Semaphore(0);

        volatile boolean down = true;

        volatile boolean silent;

        CompletableFuture<String> call(String what) {
            this.asked.incrementAndGet();
            if (this.silent) {
                return neverEnding();
            }
            return CompletableFuture.supplyAsync(() -> {
                if (this.down) {
                    throw new UncheckedIOException(new IOException("down"));
                }
                this.done.add(what);
                return "done";
            });
        }

        CompletableFuture<String> neverEnding() {
            CompletableFuture<String> future = new CompletableFuture<>();
            future.whenComplete((result, failure) -> {
                if (future.isCancelled()) {
                    this.cancelled.incrementAndGet();
                }
            });
            return future;
        }
    }

    static class Mail {

        private final Callee callee;

        Mail(Callee callee) {
            this.callee = callee;
        }

        @Reliable(onExhausted = OnExhausted.DEAD_LETTER)
        CompletableFuture<Void> send(String what) {
            return this.callee.call(what).thenAccept((done) -> {});
        }

        @Reliable(onExhausted = OnExhausted.DEAD_LETTER)
        CompletableFuture<String> ask(String what) {
            return this.callee.call(what);
        }

        @Reliable(onExhausted = OnExhausted.DEAD_LETTER)
        Mono<String> monoOf(String what) {
            return monoOfCallee(what);
        }

        @Reliable(onExhausted = OnExhausted.DEAD_LETTER)
        Flux<String> fluxOf(String what) {
            return monoOfCallee(what).flux();
        }

        @Reliable(compensation = "undo")
        CompletableFuture<String> book(String what) {
            return this.callee.call(what);
        }

        @Reliable(compensation = "undo")
        Mono<String> bookMono(String what) {
            return monoOfCallee(what);
        }

        void undo(String what) {
            this.callee.undone.add(what);
        }

        @Reliable(fallback = "replacement")
        CompletableFuture<String> replaceable() {
            return this.callee.call("a");
        }

        CompletableFuture<String> replacement() {
            CompletableFuture<String> future = this.callee.neverEnding();
            this.callee.fallbacks.release();
            return future;
        }

        @Reliable(fallback = "replacementMono")
        Mono<String> replaceableMono() {
            return monoOfCallee("a");
        }

        Mono<String> replacementMono() {
            return Mono.<String>never()
                    .doOnSubscribe((subscription) -> this.callee.fallbacks.release())
                    .doOnCancel(this.callee.cancelled::incrementAndGet);
        }

        private Mono<String> monoOfCallee(String what) {
            return Mono.fromFuture(() -> this.callee.call(what));
        }
    }
}
