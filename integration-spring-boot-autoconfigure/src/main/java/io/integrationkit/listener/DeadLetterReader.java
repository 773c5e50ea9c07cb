package io.integrationkit.listener;

import io.integrationkit.call.Finding;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.ProblemCode;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.event.ConsumerRetryAuthEvent;
import org.springframework.kafka.event.ConsumerRetryAuthSuccessfulEvent;
import org.springframework.kafka.event.ConsumerStoppedEvent;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;

/**
 * Reads dead-letter topics into the dead letters of the application, from the start of the context to its end: those this
 * kit writes and those of Spring's {@code DeadLetterPublishingRecoverer}. Its container is its own: neither the registry
 * nor the container factories of the application know it. May be started again.
 *
 * <p>The offset moves on when the entries are stored. A crash in between has the records read again: what is known is left
 * as it is, by the time of its failure or by the id of the entry the record carries. What cannot be read, or not be
 * stored, is a finding as long as that lasts, and is tried again; the application runs on.
 */
public final class DeadLetterReader implements SmartLifecycle, FindingContributor {

    private final DeadLetterReaderSpec spec;

    private final ConsumerFactory<byte[], byte[]> consumers;

    private final DeadRecords records;

    private final ReaderTrouble trouble = new ReaderTrouble();

    private volatile @Nullable ConcurrentMessageListenerContainer<byte[], byte[]> container;

    /**
     * Creates the reader; connects when it is started.
     *
     * @param spec what to read, as whom, and where it may go again
     * @param application the application's consumer factory; its connection and security are used, its deserializers,
     *     interceptors and group are not
     * @param deadLetters where the entries go
     * @param classification says of a failure to store something whether it is for good
     * @param time tells when a record without a time of its own failed
     */
    public DeadLetterReader(
            DeadLetterReaderSpec spec,
            ConsumerFactory<?, ?> application,
            DeadLetters deadLetters,
            Function<Throwable, Failure> classification,
            TimeSource time) {
        this.spec = spec;
        this.consumers = ReaderContainers.consumers(application);
        this.records = new DeadRecords(
                deadLetters, new ReplayTopics(spec.suffix(), spec.containers(), spec.replay()), classification, time);
    }

    /** Begins to read. What keeps it from that is logged and a finding, not thrown. */
    @Override
    public synchronized void start() {
        if (this.container != null) {
            return;
        }
        ConcurrentMessageListenerContainer<byte[], byte[]> begun = ReaderContainers.container(
                this.spec, this.consumers, this.records::keep, this.trouble, (event) -> onEvent(event));
        try {
            begun.start();
            this.container = begun;
        } catch (RuntimeException ex) {
            this.trouble.begins(
                    "start",
                    new Finding(
                            ProblemCode.DEAD_LETTER_TOPIC_UNREADABLE,
                            this.spec.group(),
                            ("Dead-letter topics are not read, since their consumer could not be made (%s); correct"
                                            + " spring.kafka.* and start again")
                                    .formatted(ex.getClass().getName())),
                    ex);
        }
    }

    /** Stops after the record that is under way. */
    @Override
    public synchronized void stop() {
        ConcurrentMessageListenerContainer<byte[], byte[]> begun = this.container;
        if (begun != null) {
            this.container = null;
            begun.stop();
        }
    }

    @Override
    public boolean isRunning() {
        return this.container != null;
    }

    @Override
    public int getPhase() {
        return AbstractMessageListenerContainer.DEFAULT_PHASE;
    }

    @Override
    public List<Finding> findings() {
        return this.trouble.findings();
    }

    /** What the container tells, which is nobody else's business. */
    void onEvent(Object event) {
        if (event instanceof ConsumerRetryAuthEvent refused) {
            this.trouble.begins(
                    "rights",
                    new Finding(
                            ProblemCode.DEAD_LETTER_TOPIC_UNREADABLE,
                            this.spec.group(),
                            ("The brokers refuse to let group '%s' read dead-letter topics (%s); allow it to read topics"
                                            + " and group; it is tried again every %d seconds")
                                    .formatted(
                                            this.spec.group(),
                                            refused.getReason(),
                                            ReaderContainers.AUTH_RETRY.toSeconds())),
                    null);
        } else if (event instanceof ConsumerRetryAuthSuccessfulEvent) {
            this.trouble.ends("rights");
        } else if (event instanceof ConsumerStoppedEvent stopped
                && stopped.getReason() != ConsumerStoppedEvent.Reason.NORMAL) {
            this.trouble.begins(
                    "stopped",
                    new Finding(
                            ProblemCode.DEAD_LETTER_TOPIC_UNREADABLE,
                            this.spec.group(),
                            "Dead-letter topics are not read any more: their consumer ended (%s); start the application again"
                                    .formatted(stopped.getReason())),
                    null);
        }
    }

    /** Settings of the consumer. */
    Map<String, Object> settings() {
        return this.consumers.getConfigurationProperties();
    }
}
