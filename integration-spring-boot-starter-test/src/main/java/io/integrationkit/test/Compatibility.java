package io.integrationkit.test;

/** Who must be able to read whom while an event type changes; it decides who is upgraded first. */
public enum Compatibility {

    /** The new code reads events of the version before: consumers first. */
    BACKWARD(true, false, false),

    /** Code of the version before reads new events: publishers first. */
    FORWARD(false, true, false),

    /** Both: any order. */
    FULL(true, true, false),

    /** The new code reads events of all versions there are snapshots of; what old topics and dead letters hold too. */
    BACKWARD_TRANSITIVE(true, false, true),

    /** Code of all versions there are snapshots of reads new events. */
    FORWARD_TRANSITIVE(false, true, true),

    /** Both, with all versions there are snapshots of. */
    FULL_TRANSITIVE(true, true, true);

    private final boolean backward;

    private final boolean forward;

    private final boolean transitive;

    Compatibility(boolean backward, boolean forward, boolean transitive) {
        this.backward = backward;
        this.forward = forward;
        this.transitive = transitive;
    }

    boolean backward() {
        return this.backward;
    }

    boolean forward() {
        return this.forward;
    }

    boolean transitive() {
        return this.transitive;
    }
}
