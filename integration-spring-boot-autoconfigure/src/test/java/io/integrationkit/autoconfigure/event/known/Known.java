package io.integrationkit.autoconfigure.event.known;

import io.integrationkit.event.EventType;

/** Events of an application. */
public final class Known {

    private Known() {}

    /** The older class. */
    @EventType(value = "known", version = 1, destination = "${nowhere}")
    public record One(String a) {}

    /** The current class. */
    @EventType(value = "known", version = 2, destination = "${nowhere}")
    public record Two(String b) {}

    /** Not a record, and nothing that could be made. */
    @EventType("shape")
    public interface Shape {}
}
