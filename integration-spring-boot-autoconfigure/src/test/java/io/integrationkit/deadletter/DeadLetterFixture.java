package io.integrationkit.deadletter;

import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import tools.jackson.databind.json.JsonMapper;

/** Dead letters on the store under test, with calls and messages that a test decides about. */
abstract class DeadLetterFixture {

    static final Duration LEASE = Duration.ofMinutes(5);

    static final Intervention BY = new Intervention("anna", "the carrier is back");

    final ManualTime time = new ManualTime();

    final List<ReplayedMessage> sent = new CopyOnWriteArrayList<>();

    volatile CallReplayer calls = (operation, arguments) -> null;

    volatile @Nullable MessageReplayer sender = this.sent::add;

    volatile @Nullable String tenant;

    volatile MaskingSettings masking = MaskingSettings.standard();

    volatile EventClasses events = (type, version) -> List.of();

    volatile Function<String, @Nullable Operation> operations = (name) -> null;

    DeadLetterStore store;

    DeadLetters deadLetters;

    private DeadLetterReplayer replayer;

    /** Makes an empty store. */
    abstract DeadLetterStore newStore();

    /** Lets the lease of the replay that is under way run out. */
    abstract void expireLease(String id);

    @BeforeEach
    void createDeadLetters() {
        this.store = newStore();
        this.deadLetters = deadLetters();
    }

    /** Makes dead letters on the store, with the settings as they are now. */
    final DeadLetters deadLetters() {
        return deadLetters(DeadLetterLimits.DEFAULT);
    }

    /** Returns dead letters on the same store with other limits. */
    final DeadLetters deadLetters(DeadLetterLimits limits) {
        ContentView view = new ContentView(new DeadLetterPrivacy(
                new PayloadCodec(new JsonMapper()),
                (name) -> this.operations.apply(name),
                (type, version) -> this.events.of(type, version),
                this.masking,
                null));
        this.replayer = new DeadLetterReplayer(
                this.store,
                (operation, arguments) -> this.calls.replay(operation, arguments),
                () -> this.sender,
                new FailureClassification(List.of(DeadLetterFixture::arithmeticIsValidation), this.time::now),
                this.time,
                LEASE,
                view.redaction());
        return new StoredDeadLetters(this.store, this.replayer, this.time, () -> this.tenant, limits, view);
    }

    private static @Nullable Failure arithmeticIsValidation(Throwable failure) {
        return (failure instanceof ArithmeticException) ? Failure.of(FailureCategory.VALIDATION) : null;
    }

    final DeadLetter entry(String id) {
        return this.deadLetters.find(id).orElseThrow();
    }

    static <T> List<T> inParallel(int threads, Callable<T> work) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                futures.add(executor.submit(work));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get(30, TimeUnit.SECONDS));
            }
            return results;
        } finally {
            executor.shutdownNow();
        }
    }
}
