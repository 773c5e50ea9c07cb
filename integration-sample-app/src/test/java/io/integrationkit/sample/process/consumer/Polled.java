package io.integrationkit.sample.process.consumer;

import io.integrationkit.event.EventType;

/**
 * The same as {@link Numbered}, for those who take whole polls: handlers get what is of their type, from wherever it comes.
 *
 * @param key whose event it is
 * @param sequence rises with each event of the key
 * @param kind what becomes of it
 */
@EventType(Polled.TYPE)
record Polled(int key, long sequence, Numbered.Kind kind) {

    static final String TYPE = "polled";

    Numbered numbered() {
        return new Numbered(this.key, this.sequence, this.kind);
    }
}
