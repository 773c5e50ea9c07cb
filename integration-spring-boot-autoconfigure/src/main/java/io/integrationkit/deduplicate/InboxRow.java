package io.integrationkit.deduplicate;

import io.integrationkit.context.Sha256;
import java.nio.charset.StandardCharsets;

/**
 * The key of a row of the inbox as it is stored, in the order in which MariaDB and MySQL keep rows: that of the bytes. Keys
 * of one batch are inserted in that order, so that none of their locks stands before a row that is still to be inserted.
 */
record InboxRow(String consumer, String source, String id) implements Comparable<InboxRow> {

    /** What is longer does not fit into an index, and nobody made it to be read. */
    private static final int MAX_TEXT = 255;

    static InboxRow of(MessageIdentity message) {
        return new InboxRow(stored(message.consumer()), stored(message.source()), stored(message.id()));
    }

    /**
     * A text as it is stored and read again: senders choose it, so it may be too long, hold what PostgreSQL refuses in a
     * text, or half a character, of which drivers make a question mark.
     */
    static String stored(String text) {
        if (text.length() > MAX_TEXT || text.indexOf('\0') >= 0) {
            return "sha256:" + Sha256.hex(text);
        }
        return hasSurrogates(text) ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8) : text;
    }

    private static boolean hasSurrogates(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    @Override
    public int compareTo(InboxRow other) {
        int consumers = compare(this.consumer, other.consumer);
        if (consumers != 0) {
            return consumers;
        }
        int sources = compare(this.source, other.source);
        return (sources != 0) ? sources : compare(this.id, other.id);
    }

    /** As their bytes in UTF-8 compare, where what Java writes as surrogates comes last. */
    @SuppressWarnings("ReferenceEquality")
    private static int compare(String one, String other) {
        if (one == other) {
            return 0;
        }
        int length = Math.min(one.length(), other.length());
        for (int i = 0; i < length; i++) {
            char first = one.charAt(i);
            char second = other.charAt(i);
            if (first != second) {
                boolean surrogate = Character.isSurrogate(first);
                return (surrogate == Character.isSurrogate(second)) ? first - second : surrogate ? 1 : -1;
            }
        }
        return one.length() - other.length();
    }
}
