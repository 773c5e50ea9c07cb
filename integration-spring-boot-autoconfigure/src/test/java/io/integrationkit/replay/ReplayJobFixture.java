package io.integrationkit.replay;

import static org.mockito.Mockito.mock;

import io.integrationkit.call.OperationReplayer;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetterPrivacy;
import io.integrationkit.deadletter.DeadLetterSettings;
import io.integrationkit.deadletter.DeadLetterStores;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.deadletter.MaskingSettings;
import io.integrationkit.deadletter.ReplayedMessage;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.testsupport.ManualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import tools.jackson.databind.json.JsonMapper;

/** Replay jobs on the store under test, over messages whose sending a test decides about. */
abstract class ReplayJobFixture {

    static final Intervention OPERATOR = new Intervention("ada", "the broker is back");

    static final Duration LEASE = Duration.ofSeconds(30);

    static final Duration REPLAY_LEASE = Duration.ofMinutes(5);

    static final String DESTINATION = "orders";

    final ManualTime time = new ManualTime();

    final List<String> sent = new CopyOnWriteArrayList<>();

    final List<ReplayJob> ended = new CopyOnWriteArrayList<>();

    private final AtomicInteger numbers = new AtomicInteger();

    volatile Consumer<ReplayedMessage> sending = (message) -> {};

    Executor beside = Runnable::run;

    DeadLetters deadLetters;

    ReplayJobStore store;

    /** Makes dead letters without entries. */
    abstract DeadLetters newDeadLetters(DeadLetterStores stores);

    /** Makes a store without jobs. */
    abstract ReplayJobStore newStore();

    /** Notes that a message was sent, where the sending of it does so. */
    abstract void send(String messageId);

    /** What was sent for good, in that order. */
    abstract List<String> sentForGood();

    /** Lets the lease of a job run out. */
    abstract void expireJob(String id);

    /** Lets the lease of an entry run out that somebody is replaying. */
    abstract void expireEntry(String id);

    @BeforeEach
    void createJobs() {
        this.deadLetters = newDeadLetters(new DeadLetterStores(
                mock(OperationReplayer.class),
                () -> this::replay,
                new FailureClassification(List.of(), this.time::now),
                this.time,
                () -> null,
                new DeadLetterSettings(REPLAY_LEASE, 10_000),
                new DeadLetterPrivacy(
                        new PayloadCodec(new JsonMapper()),
                        (name) -> null,
                        (type, version) -> List.of(),
                        MaskingSettings.standard(),
                        null)));
        this.store = newStore();
    }

    private void replay(ReplayedMessage message) {
        this.sending.accept(message);
        this.sent.add(message.messageId());
        send(message.messageId());
    }

    final ReplayWorkers workers(String owner) {
        return workers(owner, this.store, this.deadLetters, 1);
    }

    final ReplayWorkers workers(String owner, ReplayJobStore onStore, DeadLetters over, int most) {
        ReplayWorkers workers = new ReplayWorkers(
                onStore,
                over,
                new ReplayJobSettings(most, LEASE, 3, Duration.ofMinutes(10), REPLAY_LEASE),
                this.time,
                Runnable::run,
                this.beside,
                (event) -> this.ended.add(event.job()),
                owner);
        workers.start();
        return workers;
    }

    /** Jobs that run when a test asks the workers to take them up. */
    final StoredReplayJobs jobs(ReplayWorkers workers) {
        return new StoredReplayJobs(
                this.store,
                this.deadLetters,
                new ReplayJobSettings(1, LEASE, 3, Duration.ofMinutes(10), REPLAY_LEASE),
                workers,
                () -> "job-" + this.numbers.incrementAndGet());
    }

    /** Starts a job and runs it on this thread until it ends or is left. */
    final ReplayJob run(ReplayRequest request) {
        ReplayWorkers workers = workers("a");
        ReplayJob job = jobs(workers).start(request, OPERATOR);
        workers.takeUp();
        return job(job.id());
    }

    final ReplayJob add(ReplayRequest request) {
        return jobs(workers("nobody")).start(request, OPERATOR);
    }

    final ReplayJob job(String id) {
        return this.store.find(id).orElseThrow();
    }

    static ReplayRequest all() {
        return ReplayRequest.of(DeadLetterFilter.all());
    }

    /** So slow that no two messages are sent together. */
    static ReplayRequest oneByOne() {
        return all().withRate(9.0);
    }

    final String give(String messageId, @Nullable String key) {
        return this.deadLetters.storeMessage(new DeadLetterMessage(
                DESTINATION,
                key,
                messageId,
                "order.placed",
                1,
                "application/json",
                Map.of("ce_id", messageId),
                new byte[] {1},
                Failure.of(FailureCategory.TEMPORARY),
                new IllegalStateException("the broker is away"),
                1));
    }

    /** Stores messages m-1 to m-n, each with a key of its own. */
    final List<String> give(int count) {
        List<String> ids = new ArrayList<>();
        for (int i = 1; i <= count; i++) {
            ids.add(give("m-" + i, "k-" + i));
        }
        return ids;
    }

    static List<String> messages(int first, int last) {
        List<String> ids = new ArrayList<>();
        for (int i = first; i <= last; i++) {
            ids.add("m-" + i);
        }
        return ids;
    }

    final DeadLetter.Status status(String entryId) {
        return this.deadLetters.find(entryId).orElseThrow().status();
    }

    final long open() {
        return this.deadLetters.count(DeadLetterFilter.all().withStatus(DeadLetter.Status.NEW));
    }
}
