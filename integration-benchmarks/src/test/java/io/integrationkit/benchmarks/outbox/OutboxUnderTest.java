package io.integrationkit.benchmarks.outbox;

import org.springframework.context.SmartLifecycle;

/** What is measured of an outbox: to publish within the transaction of the caller, and to relay. */
interface OutboxUnderTest {

    /**
     * Publishes a message to the topic of the run.
     *
     * @param key key within which order is kept
     * @param text what is sent, ASCII
     */
    void publish(String key, String text);

    /** What sends, and can be stopped so that a backlog grows. */
    SmartLifecycle relay();
}
