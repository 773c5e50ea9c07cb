package io.integrationkit.deduplicate;

import io.integrationkit.context.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The key of a row of the inbox, in the order in which MariaDB and MySQL keep rows: that of the bytes. Keys of one batch
 * are inserted in that order, so that none of their locks stands before a row that is still to be inserted.
 */
final class InboxRow implements Comparable<InboxRow> {

    /** What is longer does not fit into an index, and nobody made it to be read. */
    private static final int MAX_TEXT = 255;

    private final String consumer;

    private final String source;

    private final String id;

    private final byte[] order;

    private InboxRow(String consumer, String source, String id) {
        this.consumer = consumer;
        this.source = source;
        this.id = id;
        // What is stored has no such character.
        this.order = String.join("\0", consumer, source, id).getBytes(StandardCharsets.UTF_8);
    }

    static InboxRow of(MessageIdentity message) {
        return stored(stored(message.consumer()), stored(message.source()), stored(message.id()));
    }

    /** A row as it was read. */
    static InboxRow stored(String consumer, String source, String id) {
        return new InboxRow(consumer, source, id);
    }

    /** A text as it is stored: senders choose it, so it may be too long, or hold what PostgreSQL refuses in a text. */
    static String stored(String text) {
        return (text.length() > MAX_TEXT || text.indexOf('\0') >= 0) ? "sha256:" + Sha256.hex(text) : text;
    }

    String consumer() {
        return this.consumer;
    }

    String source() {
        return this.source;
    }

    String id() {
        return this.id;
    }

    @Override
    public int compareTo(InboxRow other) {
        return Arrays.compareUnsigned(this.order, other.order);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof InboxRow row && Arrays.equals(this.order, row.order);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(this.order);
    }
}
