package io.integrationkit.deadletter;

import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/**
 * Open entries of one moment: what is stored for the first time later does not belong to them.
 *
 * @param filter which entries. Without a status, and with {@link DeadLetter.Status#NEW}, those that wait for an operator
 *     and those that somebody is replaying; parked ones only with {@link DeadLetter.Status#PARKED}
 * @param names operations or destinations, one of which must be the entry's; empty for any; copied
 * @param upTo largest position of them, 0 if there are none
 * @param count how many there were
 */
public record OpenSelection(DeadLetterFilter filter, Set<String> names, long upTo, long count) {

    public OpenSelection {
        names = Collections.unmodifiableSet(new TreeSet<>(names));
    }

    /** Whether an entry belongs to a selection as its status is now. */
    boolean hasStatus(DeadLetter.Status status) {
        DeadLetter.Status asked = this.filter.status();
        return (asked == null || asked == DeadLetter.Status.NEW)
                ? status == DeadLetter.Status.NEW || status == DeadLetter.Status.REPLAYING
                : status == asked;
    }
}
