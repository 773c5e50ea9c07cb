package io.integrationkit.deadletter;

/**
 * Who changes dead letters, and why. Kept in the history of each entry that is changed.
 *
 * @param actor who: the name of a person, of a job or of the application; one line, at most {@value #MAX_ACTOR}
 *     characters are kept
 * @param reason why; one line, at most 500 characters are kept
 */
public record Intervention(String actor, String reason) {

    /** How much of an actor is kept. */
    public static final int MAX_ACTOR = 200;

    private static final String APPLICATION = "application";

    /**
     * Makes both fit for a line.
     *
     * @throws IllegalArgumentException if one of them is blank
     */
    public Intervention {
        actor = required("actor", actor);
        actor = actor.substring(0, Math.min(actor.length(), MAX_ACTOR));
        reason = required("reason", reason);
    }

    private static String required(String what, String value) {
        String line = Text.line(value);
        if (line.isEmpty()) {
            throw new IllegalArgumentException("'%s' is empty: say who changes dead letters, and why".formatted(what));
        }
        return line;
    }

    /**
     * Returns a change that the application makes by itself.
     *
     * @param reason why
     * @return the change, by {@code application}
     */
    public static Intervention ofApplication(String reason) {
        return new Intervention(APPLICATION, reason);
    }
}
