package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The largest message of each topic, as far as it is known. Whoever asks never waits: a topic nobody asked for yet has
 * no limit, and a limit that has grown old is in force until the new one is known. Safe for use by any number of
 * threads.
 */
final class TopicLimits {

    /** How old a limit may become, and how long a topic whose limit could not be read is left alone. */
    static final Duration REFRESH = Duration.ofMinutes(1);

    /** Names come from publishers; a publisher that makes up names must not fill the memory. */
    static final int MOST_TOPICS = 10_000;

    private static final Logger logger = LoggerFactory.getLogger(TopicLimits.class);

    private final Source source;

    private final Executor executor;

    private final TimeSource time;

    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    private final Set<String> wanted = ConcurrentHashMap.newKeySet();

    private final AtomicBoolean asking = new AtomicBoolean();

    private final AtomicBoolean told = new AtomicBoolean();

    TopicLimits(Source source, Executor executor, TimeSource time) {
        this.source = source;
        this.executor = executor;
        this.time = time;
    }

    /** Returns the most bytes of a batch, {@link Long#MAX_VALUE} if they are not known. */
    long of(String topic) {
        Answer answer = this.answers.get(topic);
        if ((answer == null) ? this.answers.size() < MOST_TOPICS : old(answer)) {
            learn(Set.of(topic));
        }
        return (answer != null) ? answer.limit() : Long.MAX_VALUE;
    }

    private boolean old(Answer answer) {
        return this.time.nanoTime() - answer.asked() >= REFRESH.toNanos();
    }

    /** Asks for topics soon. */
    void learn(Collection<String> topics) {
        if (this.wanted.addAll(topics)) {
            begin();
        }
    }

    private void begin() {
        if (this.asking.compareAndSet(false, true)) {
            try {
                this.executor.execute(this::askAll);
            } catch (RejectedExecutionException ex) {
                this.asking.set(false);
                logger.debug("The limits of topics could not be asked for", ex);
            }
        }
    }

    private void askAll() {
        try {
            ask(Set.copyOf(this.wanted));
        } finally {
            this.asking.set(false);
        }
        if (!this.wanted.isEmpty()) {
            begin();
        }
    }

    private void ask(Set<String> topics) {
        long now = this.time.nanoTime();
        Map<String, Long> limits = limits(topics);
        for (String topic : topics) {
            Long limit = limits.get(topic);
            this.answers.compute(topic, (name, before) -> new Answer((limit != null) ? limit : limit(before), now));
        }
        this.wanted.removeAll(topics);
    }

    private static long limit(@Nullable Answer answer) {
        return (answer != null) ? answer.limit() : Long.MAX_VALUE;
    }

    private Map<String, Long> limits(Set<String> topics) {
        try {
            return this.source.ask(topics, this::unanswered);
        } catch (RuntimeException ex) {
            unanswered("topics", ex);
            return Map.of();
        }
    }

    private void unanswered(String what, Exception reason) {
        if (this.told.compareAndSet(false, true)) {
            logger.info(
                    "The largest message of {} is not known ({}); only integration.outbox.max-message-size is checked"
                            + " there. Said once.",
                    what,
                    reason.toString());
        } else {
            logger.debug("The largest message of {} is not known", what, reason);
        }
    }

    private record Answer(long limit, long asked) {}

    /** Who knows the limits. */
    interface Source {

        /** Returns what could be learned; tells of the rest why not. May take some seconds. */
        Map<String, Long> ask(Set<String> topics, Unanswered unanswered);
    }

    /** Told why a limit is not known. */
    interface Unanswered {

        void because(String what, Exception reason);
    }
}
