package io.integrationkit.listener;

import io.integrationkit.call.DeadLetteredException;
import io.integrationkit.call.MessageTracing;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deduplicate.DuplicateMessageException;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.config.ContainerPostProcessor;
import org.springframework.kafka.listener.AbstractMessageListenerContainer;
import org.springframework.kafka.listener.BackOffHandler;
import org.springframework.kafka.listener.ListenerContainerPauseService;
import org.springframework.kafka.listener.ListenerContainerRegistry;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.ExponentialBackOff;
import org.springframework.util.backoff.FixedBackOff;

/**
 * What becomes of a record whose handling failed, by category:
 *
 * <ul>
 *   <li>{@code REJECTED} and {@code RATE_LIMIT}, and whatever names the time to wait: the container pauses for that time
 *       and the record comes again, as often as it takes; no attempt is used up and nothing is dead-lettered.
 *   <li>{@code TEMPORARY}: the same with growing pauses, ten times; then the record is dead-lettered.
 *   <li>{@code PERMANENT}, {@code VALIDATION} and records that cannot be decoded: dead-lettered at once.
 *   <li>A call that was already dead-lettered, and a message that was handled before, count as handled.
 * </ul>
 *
 * <p>A pause does not block the poll, so waiting never costs the consumer its partitions. The offset moves on only once
 * the record was handled or its dead letter is stored: if storing fails, the record comes again.
 *
 * <p>A batch that failed is handled again record by record, each in a transaction of its own ({@link RecordByRecord}); what
 * is said above then holds for the first that fails, and those behind it come again as a batch.
 *
 * <p>A container that has an error handler of the application's own keeps it.
 */
public final class ListenerErrorHandling
        implements ContainerPostProcessor<Object, Object, AbstractMessageListenerContainer<Object, Object>>,
                DisposableBean {

    private static final Logger LOGGER = LoggerFactory.getLogger(ListenerErrorHandling.class);

    private static final Duration PAUSE_WITHOUT_HINT = Duration.ofSeconds(1);

    private static final int TEMPORARY_ATTEMPTS = 10;

    private final Function<Throwable, Failure> classification;

    private final GivenUpRecords givenUp;

    private final TimeSource time;

    private final RecordContexts contexts;

    private final BatchErrorHandler errorHandler;

    private final ThreadPoolTaskScheduler scheduler = new ThreadPoolTaskScheduler();

    /**
     * Creates the error handling.
     *
     * @param registry the listener containers, resumed after a pause
     * @param classification says what kind of failure an exception is
     * @param givenUp where records go that are given up
     * @param time measures how long a failed batch is handled record by record, and what is left of a deadline
     * @param tracing gives each record a span
     */
    public ListenerErrorHandling(
            ListenerContainerRegistry registry,
            Function<Throwable, Failure> classification,
            GivenUpRecords givenUp,
            TimeSource time,
            MessageTracing tracing) {
        this.classification = classification;
        this.givenUp = givenUp;
        this.time = time;
        this.contexts = new RecordContexts(time, tracing);
        this.scheduler.setThreadNamePrefix("integration-listener-");
        this.scheduler.setDaemon(true);
        this.scheduler.initialize();
        this.errorHandler = new BatchErrorHandler(
                new RecordByRecord(time, this.contexts),
                this::recover,
                new FixedBackOff(PAUSE_WITHOUT_HINT.toMillis(), FixedBackOff.UNLIMITED_ATTEMPTS),
                new Pausing(new ListenerContainerPauseService(registry, this.scheduler)));
        this.errorHandler.setBackOffFunction((failed, exception) -> backOff(failureOf(exception)));
        this.errorHandler.setResetStateOnRecoveryFailure(false);
        this.errorHandler.setLogLevel(KafkaException.Level.DEBUG);
    }

    @Override
    public void postProcess(AbstractMessageListenerContainer<Object, Object> container) {
        if (container.getCommonErrorHandler() != null) {
            LOGGER.info(
                    "{}: Listener '{}' keeps the application's own error handler {}: a failed record is not handled by"
                            + " category",
                    ProblemCode.LISTENER_ERROR_HANDLER,
                    container.getListenerId(),
                    container.getCommonErrorHandler().getClass().getName());
            return;
        }
        container.setCommonErrorHandler(this.errorHandler);
        if (container.getRecordInterceptor() == null) {
            Duration interval = PollInterval.of(container);
            container.setRecordInterceptor(new RecordContextInterceptor<>(
                    this.contexts,
                    container.getListenerId(),
                    (interval != null) ? new PollTime(interval, this.time) : null));
        }
    }

    @Override
    public void destroy() {
        this.scheduler.shutdown();
    }

    static BackOff backOff(Failure failure) {
        if (failure.retryable() && failure.retryAfter() != null) {
            return pausing(failure);
        }
        return switch (failure.category()) {
            case REJECTED, RATE_LIMIT -> pausing(failure);
            case TEMPORARY -> growing();
            case PERMANENT, VALIDATION -> new FixedBackOff(0, 0);
        };
    }

    private static BackOff pausing(Failure failure) {
        Duration hint = failure.retryAfter();
        Duration pause = (hint == null || hint.isZero()) ? PAUSE_WITHOUT_HINT : hint;
        return new FixedBackOff(pause.toMillis(), FixedBackOff.UNLIMITED_ATTEMPTS);
    }

    private static BackOff growing() {
        ExponentialBackOff growing = new ExponentialBackOff(200, 2);
        growing.setMaxInterval(10_000);
        growing.setMaxAttempts(TEMPORARY_ATTEMPTS);
        return growing;
    }

    private Failure failureOf(@Nullable Throwable exception) {
        return (exception != null) ? this.classification.apply(exception) : Failure.of(FailureCategory.TEMPORARY);
    }

    private void recover(ConsumerRecord<?, ?> failed, Exception exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof DeadLetteredException || cause instanceof DuplicateMessageException) {
                return;
            }
        }
        this.givenUp.keep(failed, failureOf(exception), exception);
    }

    /** Pauses the container instead of blocking its thread, and says so once a pause. */
    private record Pausing(ListenerContainerPauseService pauses) implements BackOffHandler {

        @Override
        public void onNextBackOff(
                @Nullable MessageListenerContainer container, @Nullable Exception exception, long millis) {
            if (container == null || millis <= 0) {
                return;
            }
            LOGGER.warn(
                    "Listener '{}' pauses {} ms and takes its record again: {}",
                    container.getListenerId(),
                    millis,
                    FailureReason.of(exception));
            this.pauses.pause(container, Duration.ofMillis(millis));
        }
    }
}
