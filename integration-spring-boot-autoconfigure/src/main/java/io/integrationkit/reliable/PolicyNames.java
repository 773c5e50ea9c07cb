package io.integrationkit.reliable;

import java.util.Collection;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Names of policies: their configuration keys, and which name a misspelt one may have meant. */
final class PolicyNames {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");

    private PolicyNames() {}

    /** The configuration key of a setting, in its canonical form. */
    static String key(String policy, String setting) {
        String element = PLAIN.matcher(policy).matches()
                ? "." + policy.toLowerCase(Locale.ROOT).replace("_", "")
                : "[" + policy + "]";
        return "integration.reliable.policies" + element + "." + setting;
    }

    /** Reduces a name to what relaxed binding compares, so that {@code chatApi} finds {@code chat-api}. */
    static String relaxed(String policy) {
        return PLAIN.matcher(policy).matches()
                ? policy.toLowerCase(Locale.ROOT).replace("-", "").replace("_", "")
                : policy;
    }

    /** Finds the name that was probably meant. */
    static @Nullable String closest(String wrong, Collection<String> known) {
        String best = null;
        int bestDistance = Math.max(1, wrong.length() / 3) + 1;
        for (String candidate : known) {
            int distance = distance(relaxed(wrong), relaxed(candidate));
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }

    /** Levenshtein distance: how many letters must be inserted, removed or replaced. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
