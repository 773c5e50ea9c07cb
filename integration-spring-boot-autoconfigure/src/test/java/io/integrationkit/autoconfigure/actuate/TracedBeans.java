package io.integrationkit.autoconfigure.actuate;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import io.integrationkit.reliable.Reliable;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;

/** Beans that note which observation surrounds each of their attempts. */
final class TracedBeans {

    private TracedBeans() {}

    public static class Bank {

        private final List<Object> seen = new CopyOnWriteArrayList<>();

        private final List<Thread> threads = new CopyOnWriteArrayList<>();

        private final ObservationRegistry registry;

        private int calls;

        Bank(ObservationRegistry registry) {
            this.registry = registry;
        }

        public List<Object> seen() {
            return this.seen;
        }

        public List<Thread> threads() {
            return this.threads;
        }

        @Reliable
        public String charge(int failures) {
            return attempt(failures);
        }

        @Reliable(fallback = "owed")
        public String recovered() {
            return attempt(9);
        }

        public String owed() {
            return "owed";
        }

        @Reliable
        public CompletableFuture<String> future(int failures) {
            this.threads.add(Thread.currentThread());
            try {
                return CompletableFuture.completedFuture(attempt(failures));
            } catch (IntegrationException failure) {
                return CompletableFuture.failedFuture(failure);
            }
        }

        @Reliable
        public CompletableFuture<String> pending() {
            return new CompletableFuture<>();
        }

        @Reliable
        public Mono<String> mono(int failures) {
            return Mono.deferContextual((context) -> {
                Observation attempt = context.get(ObservationThreadLocalAccessor.KEY);
                return Mono.fromSupplier(() -> counted(failures, attempt::getContext));
            });
        }

        @Reliable
        public Mono<String> never() {
            return Mono.never();
        }

        private String attempt(int failures) {
            Observation current = this.registry.getCurrentObservation();
            return (current != null) ? counted(failures, current::getContext) : counted(failures, () -> "none");
        }

        private String counted(int failures, Supplier<Object> surrounding) {
            this.seen.add(surrounding.get());
            if (this.calls++ < failures) {
                throw new IntegrationException("line busy", FailureCategory.TEMPORARY, true);
            }
            return "paid";
        }
    }

    public static class Shop {

        private final Bank bank;

        Shop(Bank bank) {
            this.bank = bank;
        }

        @Reliable
        public String buy() {
            return this.bank.charge(0);
        }
    }
}
