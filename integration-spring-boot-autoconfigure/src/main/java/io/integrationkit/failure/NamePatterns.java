package io.integrationkit.failure;

import java.util.Collection;
import java.util.List;
import java.util.Locale;

/**
 * Names told by words in which {@code *} stands for any text; case means nothing. No regular expressions: a pattern from
 * a configuration cannot make a match take long. Immutable, safe for use by any number of threads.
 */
public final class NamePatterns {

    private static final int LONGEST_NAME = 256;

    private final List<String> patterns;

    private final boolean loosely;

    private NamePatterns(Collection<String> patterns, boolean loosely) {
        this.loosely = loosely;
        this.patterns = patterns.stream().map(this::comparable).distinct().toList();
    }

    /**
     * Makes patterns that compare names as they are, apart from case.
     *
     * @param patterns words; {@code *} stands for any text
     * @return the patterns
     */
    public static NamePatterns exactly(Collection<String> patterns) {
        return new NamePatterns(patterns, false);
    }

    /**
     * Makes patterns for the names of fields: {@code _}, {@code -}, {@code .} and blanks mean nothing either, so that
     * {@code cardNumber}, {@code card_number} and {@code Card-Number} are the same name.
     *
     * @param patterns words; {@code *} stands for any text
     * @return the patterns
     */
    public static NamePatterns loosely(Collection<String> patterns) {
        return new NamePatterns(patterns, true);
    }

    /**
     * Tells whether a pattern fits a name.
     *
     * @param name the name
     * @return whether one fits; always for a name of more than 256 characters, where they are compared loosely: it is no
     *     field that anybody named
     */
    public boolean match(String name) {
        if (name.length() > LONGEST_NAME) {
            return this.loosely;
        }
        String comparable = comparable(name);
        for (String pattern : this.patterns) {
            if (fits(pattern, comparable)) {
                return true;
            }
        }
        return false;
    }

    private String comparable(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (!this.loosely) {
            return lower;
        }
        StringBuilder kept = new StringBuilder(lower.length());
        for (int i = 0; i < lower.length(); i++) {
            char c = lower.charAt(i);
            if (c != '_' && c != '-' && c != '.' && c != ' ') {
                kept.append(c);
            }
        }
        return kept.toString();
    }

    /** Goes back to the last star only: a star before it need not take more than it has. */
    private static boolean fits(String pattern, String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int afterStar = 0;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                afterStar = n;
            } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++afterStar;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }
}
