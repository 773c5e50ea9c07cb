package io.integrationkit.benchmarks.listener;

import io.integrationkit.benchmarks.listener.Orders.Order;
import io.integrationkit.context.TimeSource;
import io.integrationkit.event.EventHandler;
import io.integrationkit.event.KafkaEventProcessor;
import io.integrationkit.reliable.Reliable;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.kafka.annotation.KafkaListener;

/** The same handler, which waits for somebody else, behind a listener of single records and behind one of polls. */
class CallListeners {

    static final String TOPIC = "calls";

    static final String ONE_BY_ONE = "one-by-one";

    static final String KEY_BY_KEY = "key-by-key";

    private static final String POLL_SIZE = "max.poll.records=100";

    private final Progress progress;

    private final Handler handler;

    private final KafkaEventProcessor events;

    CallListeners(Progress progress, Handler handler, KafkaEventProcessor events) {
        this.progress = progress;
        this.handler = handler;
        this.events = events;
    }

    /** One record after the other. */
    @KafkaListener(id = ONE_BY_ONE, topics = TOPIC, autoStartup = "false", properties = POLL_SIZE)
    @Reliable(maxAttempts = 1)
    public void oneByOne(ConsumerRecord<String, byte[]> order) throws Exception {
        this.handler.serve(ONE_BY_ONE);
        this.progress.begins(1);
        this.events.process(order);
    }

    /** Eight keys at a time. */
    @KafkaListener(id = KEY_BY_KEY, topics = TOPIC, autoStartup = "false", batch = "true", properties = POLL_SIZE)
    @Reliable(maxAttempts = 1)
    public void keyByKey(List<ConsumerRecord<String, byte[]>> orders) {
        this.handler.serve(KEY_BY_KEY);
        this.progress.begins(orders.size());
        this.events.process(orders);
    }

    /** Takes {@link #TAKES}, and has an effect. */
    static class Handler {

        static final Duration TAKES = Duration.ofMillis(20);

        private final Effects effects;

        /** Whose turn it is. */
        private volatile String listener = ONE_BY_ONE;

        Handler(Effects effects) {
            this.effects = effects;
        }

        void serve(String caller) {
            this.listener = caller;
        }

        @EventHandler
        public void on(Order order) throws InterruptedException {
            TimeSource.system().sleep(TAKES);
            this.effects.write(this.listener, order);
        }
    }
}
