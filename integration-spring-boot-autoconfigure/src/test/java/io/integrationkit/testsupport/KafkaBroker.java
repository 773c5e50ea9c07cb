package io.integrationkit.testsupport;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** A real broker, started once for all tests of this JVM; each test takes topics of its own. */
public final class KafkaBroker implements LauncherSessionListener {

    private static final AtomicInteger TOPICS = new AtomicInteger();

    private static volatile @Nullable EmbeddedKafkaKraftBroker started;

    /** For the test launcher, which stops the broker after the last test. */
    public KafkaBroker() {}

    @Override
    public void launcherSessionClosed(LauncherSession session) {
        EmbeddedKafkaKraftBroker broker = started;
        if (broker != null) {
            broker.destroy();
        }
    }

    /** Address of the broker; starts it if need be. */
    public static String address() {
        return Holder.BROKER.getBrokersAsString();
    }

    /** Creates a topic nobody else uses. */
    public static String newTopic(int partitions) {
        String topic = "topic-" + TOPICS.incrementAndGet();
        Holder.BROKER.addTopics(new NewTopic(topic, partitions, (short) 1));
        return topic;
    }

    /** Creates a topic of this name. */
    public static void addTopic(String name, int partitions) {
        addTopic(name, partitions, Map.of());
    }

    /** Creates a topic of this name with settings of its own. */
    public static void addTopic(String name, int partitions, Map<String, String> settings) {
        Holder.BROKER.addTopics(new NewTopic(name, partitions, (short) 1).configs(settings));
    }

    private static final class Holder {

        static final EmbeddedKafkaKraftBroker BROKER = start();

        private static EmbeddedKafkaKraftBroker start() {
            EmbeddedKafkaKraftBroker broker = new EmbeddedKafkaKraftBroker(1, 1);
            broker.brokerProperty("auto.create.topics.enable", "false");
            broker.brokerProperty("offsets.topic.num.partitions", "1");
            broker.brokerProperty("group.initial.rebalance.delay.ms", "0");
            broker.brokerProperty("transaction.state.log.replication.factor", "1");
            broker.brokerProperty("transaction.state.log.min.isr", "1");
            broker.afterPropertiesSet();
            started = broker;
            return broker;
        }
    }
}
