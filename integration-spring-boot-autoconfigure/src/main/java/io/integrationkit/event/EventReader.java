package io.integrationkit.event;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * The one place where the payload of an event becomes an object: an older version is upcast version by version to
 * exactly the version of the class that is wanted, a newer one is handled by {@link NewerVersionPolicy}. Safe for use by any
 * number of threads.
 */
public final class EventReader {

    private final EventVersions versions;

    private final PayloadCodec codec;

    private final EventPolicies<NewerVersionPolicy> newer;

    /**
     * Creates a reader.
     *
     * @param versions event types and what leads from one version to another
     * @param codec reads payloads; it ignores unknown properties
     * @param newer what becomes of versions that are newer than the class that is wanted
     */
    public EventReader(EventVersions versions, PayloadCodec codec, EventPolicies<NewerVersionPolicy> newer) {
        this.versions = versions;
        this.codec = codec;
        this.newer = newer;
    }

    /**
     * Returns the versions that are read.
     *
     * @return the versions
     */
    public EventVersions versions() {
        return this.versions;
    }

    /**
     * Reads an event as the current class of its type.
     *
     * @param event the event
     * @param destination topic or other destination it comes from, or {@code null} if there is none
     * @return the event, an instance of the current class of its type
     * @throws ProblemException INT-317 if no class of the type is known, and as the other method
     * @throws JacksonException if the payload does not fit the class
     */
    public Object read(ReceivedEvent event, @Nullable String destination) {
        EventDescriptor current = this.versions.types().current(event.type());
        if (current == null) {
            throw new ProblemException(
                    ProblemCode.EVENT_VERSION_UNREADABLE,
                    FailureCategory.PERMANENT,
                    "Event type '%s' is unknown: no class of this application has it".formatted(event.type()));
        }
        return read(event, destination, current.eventClass());
    }

    /**
     * Reads an event.
     *
     * @param event the event
     * @param destination topic or other destination it comes from, or {@code null} if there is none
     * @param eventClass class wanted, of any version
     * @param <T> class wanted
     * @return the event
     * @throws ProblemException INT-317 if the event is of another type than the class, or older than anything that leads
     *     to it; INT-315 or INT-316 if it is newer and so the policy; INT-318 if an upcaster fails; INT-319 if it is no
     *     JSON
     * @throws JacksonException if the payload does not fit the class
     */
    public <T> T read(ReceivedEvent event, @Nullable String destination, Class<T> eventClass) {
        return read(
                new Origin(event.type(), event.version(), event.contentType(), destination), event.data(), eventClass);
    }

    /**
     * Reads a payload.
     *
     * @param origin what is known of the payload
     * @param payload JSON in UTF-8
     * @param eventClass class wanted, of any version
     * @param <T> class wanted
     * @return the event
     * @throws ProblemException as the method for received events
     * @throws JacksonException if the payload does not fit the class
     */
    public <T> T read(Origin origin, byte[] payload, Class<T> eventClass) {
        requireJson(origin);
        EventDescriptor wanted = this.versions.types().describe(eventClass);
        Object event;
        if (origin.type() == null || readableAsItIs(origin, origin.type(), wanted)) {
            event = this.codec.read(payload, eventClass);
        } else {
            JsonNode tree = this.codec.readTree(payload);
            event = this.codec.read(
                    this.versions.convert(origin.type(), origin.version(), wanted.version(), tree), eventClass);
        }
        if (event == null) {
            throw new ProblemException(
                    ProblemCode.EVENT_MALFORMED,
                    FailureCategory.VALIDATION,
                    "The payload of an event of type '%s' is null".formatted(wanted.type()));
        }
        return eventClass.cast(event);
    }

    /** Throws if it must not be read at all. */
    private boolean readableAsItIs(Origin origin, String type, EventDescriptor wanted) {
        if (!type.equals(wanted.type())) {
            throw new ProblemException(
                    ProblemCode.EVENT_VERSION_UNREADABLE,
                    FailureCategory.PERMANENT,
                    "An event of type '%s' cannot be read as %s, which is event type '%s'"
                            .formatted(type, wanted.eventClass().getName(), wanted.type()));
        }
        if (origin.version() <= wanted.version()) {
            return origin.version() == wanted.version();
        }
        if (this.versions.convertible(type, origin.version(), wanted.version())) {
            return false;
        }
        NewerVersionPolicy policy = this.newer.of(type, origin.destination());
        if (policy == NewerVersionPolicy.TOLERANT) {
            return true;
        }
        throw tooNew(origin, wanted, policy);
    }

    private static ProblemException tooNew(Origin origin, EventDescriptor wanted, NewerVersionPolicy policy) {
        boolean park = policy == NewerVersionPolicy.PARK;
        String message =
                ("Event type '%s' version %d is newer than %s, which is version %d (integration.events.newer-versions is"
                                + " %s for it); deploy a version of this application that knows it%s")
                        .formatted(
                                origin.type(),
                                origin.version(),
                                wanted.eventClass().getName(),
                                wanted.version(),
                                policy.name().toLowerCase(Locale.ROOT),
                                park ? " and replay the dead letter" : "");
        return park
                ? EventRefusal.parked(ProblemCode.EVENT_VERSION_PARKED, message)
                : EventRefusal.awaited(ProblemCode.EVENT_VERSION_AWAITED, message);
    }

    private static void requireJson(Origin origin) {
        if (origin.contentType() != null && !MediaTypes.isJson(origin.contentType())) {
            throw new ProblemException(
                    ProblemCode.EVENT_MALFORMED,
                    FailureCategory.VALIDATION,
                    "The payload of an event of type '%s' is %s; only JSON can be read as an object"
                            .formatted(origin.type(), origin.contentType()));
        }
    }

    /**
     * What is known of a payload.
     *
     * @param type logical name of its event type, or {@code null} if it is not known; then it is read as it is
     * @param version version of the event type
     * @param contentType media type, or {@code null} for JSON
     * @param destination topic or other destination it comes from, or {@code null} if there is none
     */
    public record Origin(
            @Nullable String type,
            int version,
            @Nullable String contentType,
            @Nullable String destination) {}
}
