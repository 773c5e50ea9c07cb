package io.integrationkit.autoconfigure.event.conflict;

import io.integrationkit.event.EventType;

/** Two classes of one name and version. */
public final class Conflict {

    private Conflict() {}

    /** The first. */
    @EventType("same")
    public record First() {}

    /** The second. */
    @EventType("same")
    public record Second() {}
}
