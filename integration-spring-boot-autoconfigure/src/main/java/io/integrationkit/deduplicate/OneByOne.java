package io.integrationkit.deduplicate;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Receives the messages of a batch one after the other, in one order for all batches, up to the first that another caller
 * handles. Whoever is refused then holds nothing behind what it waits for, so two batches do not refuse each other.
 */
final class OneByOne {

    private static final Comparator<MessageIdentity> ORDER = Comparator.comparing(MessageIdentity::consumer)
            .thenComparing(MessageIdentity::source)
            .thenComparing(MessageIdentity::id);

    private OneByOne() {}

    static Map<MessageIdentity, Arrival> receive(Inbox inbox, Collection<MessageIdentity> messages) {
        Map<MessageIdentity, Arrival> arrivals = new LinkedHashMap<>();
        messages.forEach((message) -> arrivals.put(message, Arrival.IN_FLIGHT));
        List<MessageIdentity> first = new ArrayList<>();
        try {
            for (MessageIdentity message : sorted(arrivals.keySet())) {
                Arrival arrival = inbox.receive(message);
                arrivals.put(message, arrival);
                if (arrival == Arrival.IN_FLIGHT) {
                    break;
                }
                if (arrival == Arrival.FIRST) {
                    first.add(message);
                }
            }
        } catch (RuntimeException ex) {
            if (inbox.transactions() == null) {
                forget(inbox, first, ex);
            }
            throw ex;
        }
        return arrivals;
    }

    static List<MessageIdentity> sorted(Collection<MessageIdentity> messages) {
        return messages.stream().sorted(ORDER).toList();
    }

    private static void forget(Inbox inbox, List<MessageIdentity> messages, RuntimeException failure) {
        try {
            inbox.forgetAll(messages);
        } catch (RuntimeException ex) {
            failure.addSuppressed(ex);
        }
    }
}
