package io.integrationkit.listener;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.deadletter.ReportedFailure;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.kafka.AcknowledgedProducer;
import java.time.Duration;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;

/**
 * Sends records that are given up to the dead-letter topics of their topics, with a producer of its own that is
 * connected like the application's: to the same partition if there is one, with the headers of Spring's
 * {@code DeadLetterPublishingRecoverer}, except for messages and stack traces of exceptions that are not the kit's own,
 * and with category and fingerprint of the failure.
 *
 * <p>Returns when the brokers have acknowledged the record. A crash after that and before the offset moved on leaves a
 * second record in the topic.
 */
public final class DeadLetterTopics implements GivenUpRecords, DisposableBean {

    private static final Logger LOGGER = LoggerFactory.getLogger(DeadLetterTopics.class);

    private static final Pattern SUFFIX = Pattern.compile("[A-Za-z0-9._-]{1,100}");

    private static final Duration LONGEST_SEND = Duration.ofSeconds(10);

    private static final Duration LONGEST_BLOCK = Duration.ofSeconds(3);

    private final DefaultKafkaProducerFactory<byte[], byte[]> producers;

    private final DeadLetterPublisher publisher;

    private final String suffix;

    /**
     * Creates the sender; connects when the first record is given up.
     *
     * @param application the application's producer factory; its connection, security and compression are used, its
     *     serializers and transactions are not
     * @param codec writes keys and values that were decoded into types which Kafka does not know
     * @param suffix what the name of a topic gets to become that of its dead-letter topic
     * @throws InvalidOperationException if the suffix cannot be a part of a topic's name
     */
    public DeadLetterTopics(ProducerFactory<?, ?> application, PayloadCodec codec, String suffix) {
        if (!SUFFIX.matcher(suffix).matches()) {
            throw InvalidOperationException.ofSetting(
                    "integration.listeners.dead-letter-topic-suffix=" + suffix,
                    "cannot end the name of a topic",
                    "letters, digits, '.', '_' and '-', such as -dlt");
        }
        this.suffix = suffix;
        this.producers = new DefaultKafkaProducerFactory<>(
                AcknowledgedProducer.settings(application.getConfigurationProperties(), LONGEST_SEND, LONGEST_BLOCK),
                ByteArraySerializer::new,
                ByteArraySerializer::new);
        this.producers.setPhysicalCloseTimeout((int) LONGEST_SEND.toSeconds());
        this.producers.setBeanName("integrationDeadLetterTopics");
        this.publisher = new DeadLetterPublisher(new KafkaTemplate<>(this.producers), suffix, new RecordBytes(codec));
    }

    /**
     * Sends a record, and waits at most ten seconds for the acknowledgement.
     *
     * @throws ProblemException if it was not acknowledged: it may have arrived nevertheless
     */
    @Override
    public void keep(ConsumerRecord<?, ?> failed, Failure failure, Exception exception) {
        DeadLetterHeaders.set(
                failed.headers(), DeadLetterHeaders.CATEGORY, failure.category().name());
        DeadLetterHeaders.set(
                failed.headers(),
                DeadLetterHeaders.FINGERPRINT,
                ReportedFailure.fingerprintOf(ReportedFailures.unwrapped(exception)));
        try {
            this.publisher.accept(failed, exception);
        } catch (RuntimeException ex) {
            throw new ProblemException(
                    ProblemCode.DEAD_LETTER_TOPIC_UNAVAILABLE,
                    FailureCategory.TEMPORARY,
                    ("Record %s-%d@%d was given up as %s and could not be sent to topic '%s', so it comes again; create"
                                    + " the topic, or set integration.listeners.dead-letters=store")
                            .formatted(
                                    failed.topic(),
                                    failed.partition(),
                                    failed.offset(),
                                    failure.category(),
                                    failed.topic() + this.suffix),
                    null,
                    ex);
        }
        LOGGER.warn(
                "Record {}-{}@{} was given up as {} and sent to topic '{}'",
                failed.topic(),
                failed.partition(),
                failed.offset(),
                failure.category(),
                failed.topic() + this.suffix);
    }

    /** Closes the producer. */
    @Override
    public void destroy() {
        this.producers.destroy();
    }
}
