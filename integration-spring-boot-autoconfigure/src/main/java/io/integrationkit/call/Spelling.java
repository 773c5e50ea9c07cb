package io.integrationkit.call;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** Finds the name somebody probably meant. */
public final class Spelling {

    private Spelling() {}

    /**
     * Finds the candidate with the fewest edits, if it is close enough to be a misspelling (a third of the length).
     *
     * @param name what was written
     * @param candidates what exists
     * @return the nearest candidate, or {@code null} if none is near
     */
    public static @Nullable String nearest(String name, Collection<String> candidates) {
        String nearest = null;
        int fewest = Math.max(2, name.length() / 3) + 1;
        for (String candidate : candidates) {
            int edits = edits(name, candidate);
            if (edits < fewest) {
                fewest = edits;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /** Levenshtein distance, one row at a time. */
    private static int edits(String one, String other) {
        int[] row = new int[other.length() + 1];
        for (int j = 0; j <= other.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= one.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int substitute = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[other.length()];
    }
}
