package io.integrationkit.sample.demo;

/**
 * What the projection counts by.
 *
 * @param key what deliveries are ordered by
 * @param event name of their event
 */
public record KeyAndEvent(String key, String event) {

    @Override
    public String toString() {
        return this.key + "/" + this.event;
    }
}
