package io.integrationkit.deadletter;

import org.jspecify.annotations.Nullable;

/** Texts from outside, made fit for a line of a log or a column of a table. */
final class Text {

    private static final int MAX_LENGTH = 500;

    private Text() {}

    /** Makes one line of at most 500 characters: no line of a log or page can be forged by an exception's message. */
    static String line(@Nullable String text) {
        if (text == null) {
            return "";
        }
        StringBuilder line = new StringBuilder(Math.min(text.length(), MAX_LENGTH));
        for (int i = 0; i < text.length() && line.length() < MAX_LENGTH; i++) {
            char c = text.charAt(i);
            line.append(breaksLine(c) ? ' ' : c);
        }
        int last = line.length() - 1;
        if (last >= 0 && Character.isHighSurrogate(line.charAt(last))) {
            line.setLength(last);
        }
        return line.toString().strip();
    }

    private static boolean breaksLine(char c) {
        return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
    }

    /** PostgreSQL takes no NUL in a text; a key with one must not keep an entry from being stored. */
    static @Nullable String withoutNul(@Nullable String text) {
        return (text != null) ? text.replace('\0', '\uFFFD') : null;
    }
}
