package io.integrationkit.sample.process.consumer;

import java.util.List;
import java.util.Locale;

/** The ways to listen that the contract holds for. Each has a topic and a group of its own, which are named as it is. */
enum Style {
    /** A transaction a record. */
    SINGLE(SingleListener.class, Numbered.TYPE, SingleListener.HANDLER),

    /** A transaction a batch. */
    BATCH(BatchListener.class, Numbered.TYPE, BatchListener.HANDLER),

    /** Two handlers an event, each with a transaction of its own. */
    EVENTS(EventListener.class, Numbered.TYPE, EventListener.FIRST, EventListener.SECOND),

    /** Several keys at a time, each event in a transaction of its own; and all events of a poll at once. */
    POLLS(PollListener.class, Polled.TYPE, PollListener.KEY_BY_KEY, PollListener.TOGETHER);

    private final Class<?> listener;

    private final String eventType;

    private final List<String> handlers;

    Style(Class<?> listener, String eventType, String... handlers) {
        this.listener = listener;
        this.eventType = eventType;
        this.handlers = List.of(handlers);
    }

    /** Class of the bean that listens. */
    Class<?> listener() {
        return this.listener;
    }

    /** Type of the events of its topic. */
    String eventType() {
        return this.eventType;
    }

    /** Names of those who write effects; only the first of them refuses what is to be refused. */
    List<String> handlers() {
        return this.handlers;
    }

    /** Name of topic and group. */
    String topic() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Style ofHandler(String handler) {
        for (Style style : values()) {
            if (style.handlers.contains(handler)) {
                return style;
            }
        }
        throw new IllegalArgumentException("No listener has a handler " + handler);
    }
}
