package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Whether send modes fit what is there. Kafka's classes are touched only where one needs them. */
final class SendModes {

    private SendModes() {}

    /** Returns what transactions need, or {@code null} if none is wanted. */
    static @Nullable ShardTransactions transactions(
            JdbcAccess access, OutboxSpec spec, Destinations destinations, TimeSource time) {
        return spec.destinations().uses(SendMode.TRANSACTIONAL) ? kafka(access, spec, destinations, time) : null;
    }

    private static ShardTransactions kafka(
            JdbcAccess access, OutboxSpec spec, Destinations destinations, TimeSource time) {
        for (MessageDestination destination : destinations.all()) {
            if (OnKafka.is(destination)) {
                requireKafka(spec, destinations, destination);
                return OnKafka.transactions(access, spec, destination, time);
            }
        }
        throw unfit(
                "integration.outbox send-mode 'transactional' is for Kafka topics, and there is no Kafka",
                "Add spring-boot-starter-kafka, or set integration.outbox.send-mode=strict.");
    }

    private static void requireKafka(OutboxSpec spec, Destinations destinations, MessageDestination kafka) {
        spec.destinations().named().forEach((name, settings) -> {
            if (settings.sendMode() == SendMode.TRANSACTIONAL
                    && spec.destinations().others().sendMode() != settings.sendMode()
                    && destinations.find(name) != kafka) {
                throw unfit(
                        "integration.outbox.destinations[%s].send-mode=%s is for Kafka topics, and '%s' is none"
                                .formatted(name, settings.sendMode(), name),
                        "Remove integration.outbox.destinations[%s].send-mode.".formatted(name));
            }
        });
    }

    /** An outbox in memory has no row that outlives the process, which is what the mode is about. */
    static void requireStrict(OutboxSpec spec) {
        if (spec.destinations().uses(SendMode.TRANSACTIONAL)) {
            throw unfit(
                    "integration.outbox send-mode 'transactional' needs a database, and the outbox is in memory",
                    "Add a DataSource, or set integration.outbox.send-mode=strict.");
        }
    }

    /** What several messages of a key on their way at once would put into another order is never sent so. */
    static void requireOrder(OutboxSpec spec, Destinations destinations) {
        spec.destinations().named().forEach((name, settings) -> {
            MessageDestination destination = destinations.find(name);
            if (settings.sendMode() == SendMode.PIPELINED
                    && spec.destinations().others().sendMode() != SendMode.PIPELINED
                    && (destination == null || !destination.keepsOrder())) {
                throw unfit(
                        "integration.outbox.destinations[%s].send-mode=PIPELINED is for destinations that keep the order"
                                .formatted(name),
                        "Remove integration.outbox.destinations[%s].send-mode.".formatted(name));
            }
        });
    }

    private static OutboxConfigurationException unfit(String message, String action) {
        return new OutboxConfigurationException(ProblemCode.OUTBOX_SEND_MODE, message, action, null);
    }

    private static final class OnKafka {

        static boolean is(MessageDestination destination) {
            return destination instanceof KafkaMessageDestination;
        }

        static ShardTransactions transactions(
                JdbcAccess access, OutboxSpec spec, MessageDestination destination, TimeSource time) {
            KafkaMessageDestination kafka = (KafkaMessageDestination) destination;
            return new KafkaTransactions(
                    kafka,
                    spec,
                    kafka.settings(),
                    (settings) -> new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer()),
                    () -> TableIncarnation.of(
                            access, spec.destinations().transactions().progressTopic()),
                    time);
        }
    }
}
