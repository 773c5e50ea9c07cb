package io.integrationkit.failure;

import java.util.Locale;

/**
 * One text on its way through a {@link Redaction}; used once, by one thread. Goes through it from front to back. What is
 * looked at ahead is either taken out, and so not looked at again, or bounded.
 */
final class RedactedText {

    /** How far a value may be from the name of its field: quotes, brackets and blanks. */
    private static final int FARTHEST_VALUE = 12;

    /** How far the end of user info is looked for that has a slash in its password. */
    private static final int LONGEST_USER_INFO = 256;

    private static final String REJECTED_VALUE = "rejected value [";

    private final String text;

    private final NamePatterns fields;

    private final StringBuilder redacted;

    /** Where it is in the text. */
    private int at;

    /** How much of the text is in the result, or taken out. */
    private int done;

    private boolean inUrl;

    RedactedText(String text, NamePatterns fields) {
        this.text = text;
        this.fields = fields;
        this.redacted = new StringBuilder(Math.min(text.length(), 1 << 16));
    }

    String redacted() {
        while (this.at < this.text.length()) {
            char c = this.text.charAt(this.at);
            if (endsUrl(c)) {
                this.inUrl = false;
            }
            if (this.inUrl && (c == '?' || c == '#')) {
                mask(this.at + 1, endOfUrl(this.at));
            } else if (isDigit(c) && !isDigit(before(this.at)) && CardNumber.end(this.text, this.at) > 0) {
                mask(this.at, CardNumber.end(this.text, this.at));
            } else if (isWord(c) && !isWord(before(this.at))) {
                word();
            } else {
                this.at++;
            }
        }
        if (this.done == 0) {
            return this.text;
        }
        return this.redacted.append(this.text, this.done, this.text.length()).toString();
    }

    /** Takes out what is between two places, and goes on behind it. */
    private void mask(int from, int to) {
        if (from < to) {
            this.redacted.append(this.text, this.done, from).append(Redaction.MASK);
            this.done = to;
        }
        this.at = Math.max(to, this.at + 1);
    }

    private void word() {
        int from = this.at;
        int end = from;
        while (end < this.text.length() && isWord(this.text.charAt(end))) {
            end++;
        }
        if (this.text.startsWith("://", end)) {
            url(end + 3);
        } else if (this.text.startsWith("eyJ", from) && end - from >= 16) {
            mask(from, endOfToken(end));
        } else if (isScheme(from, end)) {
            mask(skipBlanks(end), endOfBare(skipBlanks(end)));
        } else if (this.text.startsWith(REJECTED_VALUE, from)) {
            mask(from + REJECTED_VALUE.length(), endOfBrackets(from + REJECTED_VALUE.length() - 1) - 1);
        } else if (!field(from, end)) {
            // Digits inside of a word are looked at, so it is not left behind at once.
            this.at++;
        }
    }

    private boolean field(int from, int end) {
        if (charAt(end) == '>' && before(from) == '<') {
            if (this.fields.match(this.text.substring(from, end))) {
                int close = this.text.indexOf('<', end);
                mask(end + 1, (close >= 0) ? close : this.text.length());
                return true;
            }
            return false;
        }
        int value = valueOf(end);
        if (value < 0 || !this.fields.match(this.text.substring(from, end))) {
            return false;
        }
        maskValue(from, end, value);
        return true;
    }

    /** Where the value begins that belongs to a name that ends here; below zero if there is none. */
    private int valueOf(int end) {
        int i = end;
        int limit = Math.min(this.text.length(), end + FARTHEST_VALUE);
        while (i < limit && "\"'\\)] \t".indexOf(this.text.charAt(i)) >= 0) {
            i++;
        }
        if (i >= limit || (this.text.charAt(i) != '=' && this.text.charAt(i) != ':')) {
            return -1;
        }
        i++;
        if (charAt(i) == '>' || charAt(i) == '=') {
            i++;
        }
        return skipBlanks(i);
    }

    private void maskValue(int from, int end, int value) {
        int quote = value;
        while (charAt(quote) == '\\') {
            quote++;
        }
        char first = charAt(quote);
        if (first == '"' || first == '\'') {
            mask(quote + 1, endOfQuoted(quote + 1, first, quote - value));
        } else if (first == '[' || first == '{' || first == '(') {
            mask(quote + 1, endOfBrackets(quote) - 1);
        } else if (takesTheLine(this.text.substring(from, Math.min(end, from + LONGEST_USER_INFO)))) {
            mask(value, endOfLine(value));
        } else {
            mask(value, endOfBare(value));
        }
    }

    /** Header values of several words. */
    private static boolean takesTheLine(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.contains("authorization") || lower.contains("cookie");
    }

    private void url(int authority) {
        this.inUrl = true;
        int end = authority;
        int at = -1;
        boolean port = true;
        int colon = -1;
        while (end < this.text.length() && !endsUrl(this.text.charAt(end)) && "/?#".indexOf(charAt(end)) < 0) {
            char c = this.text.charAt(end);
            if (c == '@') {
                at = end;
                colon = -1;
                port = true;
            } else if (c == ':') {
                colon = end;
                port = true;
            } else if (colon >= 0 && !isDigit(c)) {
                port = false;
            }
            end++;
        }
        if (at < 0 && colon >= 0 && !port) {
            at = lastAt(end);
        }
        this.at = authority;
        if (at >= 0) {
            mask(authority, at);
        }
    }

    /** A password may have a slash or a question mark that nobody encoded. */
    private int lastAt(int from) {
        int last = -1;
        int limit = Math.min(this.text.length(), from + LONGEST_USER_INFO);
        for (int i = from; i < limit && !endsUrl(this.text.charAt(i)); i++) {
            if (this.text.charAt(i) == '@') {
                last = i;
            }
        }
        return last;
    }

    /** {@code Bearer} and {@code Basic}, if what follows can be a credential. */
    private boolean isScheme(int from, int end) {
        int value = skipBlanks(end);
        if (value == end || value >= this.text.length() || !isToken(this.text.charAt(value))) {
            return false;
        }
        if (isWord("Bearer", from, end)) {
            return true;
        }
        return isWord("Basic", from, end) && looksEncoded(value);
    }

    private boolean looksEncoded(int from) {
        boolean lowerOnly = true;
        int end = from;
        while (end < this.text.length() && isToken(this.text.charAt(end)) && end < from + LONGEST_USER_INFO) {
            char c = this.text.charAt(end);
            lowerOnly = lowerOnly && c >= 'a' && c <= 'z';
            end++;
        }
        return end - from >= 6 && !lowerOnly;
    }

    private boolean isWord(String word, int from, int end) {
        return end - from == word.length() && this.text.regionMatches(true, from, word, 0, word.length());
    }

    private int endOfUrl(int from) {
        int end = from;
        while (end < this.text.length() && !endsUrl(this.text.charAt(end))) {
            end++;
        }
        return end;
    }

    private int endOfToken(int from) {
        int end = from;
        while (end < this.text.length() && isToken(this.text.charAt(end))) {
            end++;
        }
        return end;
    }

    private int endOfLine(int from) {
        int end = from;
        while (end < this.text.length() && this.text.charAt(end) != '\r' && this.text.charAt(end) != '\n') {
            end++;
        }
        return end;
    }

    private int endOfBare(int from) {
        int end = from;
        while (end < this.text.length()
                && !Character.isWhitespace(this.text.charAt(end))
                && ",;&)]}\"'<>".indexOf(this.text.charAt(end)) < 0) {
            end++;
        }
        return end;
    }

    /** Within a quoted document quotes have a backslash before them; one with more belongs to the value. */
    private int endOfQuoted(int from, char quote, int backslashes) {
        int run = 0;
        for (int i = from; i < this.text.length(); i++) {
            char c = this.text.charAt(i);
            if (c == quote && delimits(run, backslashes)) {
                return i - Math.min(run, backslashes);
            }
            run = (c == '\\') ? run + 1 : 0;
        }
        return this.text.length();
    }

    /** Behind the bracket that closes the one at a place; brackets in quoted texts do not count. */
    private int endOfBrackets(int from) {
        int open = 0;
        int run = 0;
        int backslashes = -1;
        boolean quoted = false;
        for (int i = from; i < this.text.length(); i++) {
            char c = this.text.charAt(i);
            if (c == '"') {
                backslashes = (backslashes < 0) ? run : backslashes;
                quoted = quoted != delimits(run, backslashes);
            } else if (!quoted && (c == '[' || c == '{' || c == '(')) {
                open++;
            } else if (!quoted && (c == ']' || c == '}' || c == ')') && --open == 0) {
                return i + 1;
            }
            run = (c == '\\') ? run + 1 : 0;
        }
        return this.text.length() + 1;
    }

    /** Whether a quote behind so many backslashes begins or ends a text, where others do that have so many. */
    private static boolean delimits(int run, int backslashes) {
        return (backslashes == 0) ? run % 2 == 0 : run <= backslashes;
    }

    private int skipBlanks(int from) {
        int i = from;
        while (i < this.text.length() && i < from + FARTHEST_VALUE && (charAt(i) == ' ' || charAt(i) == '\t')) {
            i++;
        }
        return i;
    }

    private char charAt(int index) {
        return (index < this.text.length()) ? this.text.charAt(index) : '\0';
    }

    private char before(int index) {
        return (index > 0) ? this.text.charAt(index - 1) : '\0';
    }

    private static boolean endsUrl(char c) {
        return Character.isWhitespace(c) || c == '"' || c == '\'' || c == '<' || c == '>';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || c == '_' || c == '-';
    }

    private static boolean isToken(char c) {
        return isWord(c) || c == '.' || c == '+' || c == '/' || c == '=' || c == '~';
    }
}
