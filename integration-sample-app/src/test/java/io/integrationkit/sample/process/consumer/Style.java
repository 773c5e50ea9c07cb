package io.integrationkit.sample.process.consumer;

import java.util.List;
import java.util.Locale;

/** The ways to listen that the contract holds for. Each has a topic and a group of its own, which are named as it is. */
enum Style {
    /** A transaction a record. */
    SINGLE(SingleListener.class, SingleListener.HANDLER),

    /** A transaction a batch. */
    BATCH(BatchListener.class, BatchListener.HANDLER),

    /** Two handlers an event, each with a transaction of its own. */
    EVENTS(EventListener.class, EventListener.FIRST, EventListener.SECOND);

    private final Class<?> listener;

    private final List<String> handlers;

    Style(Class<?> listener, String... handlers) {
        this.listener = listener;
        this.handlers = List.of(handlers);
    }

    /** Class of the bean that listens. */
    Class<?> listener() {
        return this.listener;
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
