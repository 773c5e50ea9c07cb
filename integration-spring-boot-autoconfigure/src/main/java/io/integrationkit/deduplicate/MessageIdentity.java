package io.integrationkit.deduplicate;

import java.io.Serializable;

/**
 * What tells a message from all others that a consumer gets.
 *
 * @param consumer who handles it
 * @param source who sent it; blank if unknown
 * @param id id the sender gave it
 */
public record MessageIdentity(String consumer, String source, String id) implements Serializable {

    /** Source and id, for logs and dead letters. */
    String text() {
        return this.source.isEmpty() ? this.id : this.source + "#" + this.id;
    }
}
