package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;
import java.time.Instant;

/**
 * Dead letters that failed in the same way at the same place: same fingerprint, kind, name and category.
 *
 * @param fingerprint fingerprint of the last failure of each
 * @param kind calls or messages
 * @param name operation or destination
 * @param category category of the last failure of each
 * @param count how many entries there are
 * @param firstFailedAt first failure of the one that was stored first
 * @param lastFailedAt when one of them was given up last; may be the time of one that is no longer among them, if that
 *     failed later than all that are
 * @param exampleId id of one of them, the one that was stored last for the first time
 * @param exceptionType class name of the example's last failure
 * @param message message of the example's last failure
 */
public record DeadLetterGroup(
        String fingerprint,
        DeadLetter.Kind kind,
        String name,
        FailureCategory category,
        long count,
        Instant firstFailedAt,
        Instant lastFailedAt,
        String exampleId,
        String exceptionType,
        String message) {

    /**
     * Narrows a filter to the entries of this group, to list, replay or discard them.
     *
     * @param filter the filter the group was found with
     * @return the filter, of this group
     */
    public DeadLetterFilter within(DeadLetterFilter filter) {
        return filter.withFingerprint(this.fingerprint)
                .withKind(this.kind)
                .withName(this.name)
                .withCategory(this.category);
    }
}
