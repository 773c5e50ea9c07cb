package io.integrationkit.deduplicate;

import io.integrationkit.call.Call;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A batch of messages. Those that were handled before, and copies of a message that stands in the batch already, are
 * taken out of the argument before the method gets it.
 *
 * <p>If another caller handles one of them right now, none is let in: those that were are forgotten, and the whole batch
 * is refused. Inboxes are asked in one order of the messages, so of two batches of a process that share some one gets on.
 */
final class BatchDelivery implements Delivery {

    private final Intake intake;

    private final Call call;

    private final BatchParameter parameter;

    private final @Nullable Object batch;

    private final List<MessageIdentity> messages;

    private List<MessageIdentity> received = List.of();

    BatchDelivery(Intake intake, Call call, BatchParameter parameter, MessageIds ids) {
        this.intake = intake;
        this.call = call;
        this.parameter = parameter;
        this.batch = call.arguments()[parameter.index()];
        this.messages = identify(call.arguments(), parameter.elements(this.batch), ids);
    }

    private static List<MessageIdentity> identify(
            @Nullable Object[] arguments, List<? extends @Nullable Object> elements, MessageIds ids) {
        List<MessageIdentity> messages = new ArrayList<>(elements.size());
        @Nullable Object[] withElement = Arrays.copyOf(arguments, arguments.length + 1);
        for (Object element : elements) {
            withElement[arguments.length] = element;
            messages.add(ids.identify(withElement));
        }
        return messages;
    }

    @Override
    public boolean receive() {
        this.received = List.of();
        if (this.messages.isEmpty()) {
            return true;
        }
        Map<MessageIdentity, Arrival> arrivals = this.intake.inbox().receiveAll(this.messages);
        List<MessageIdentity> first = new ArrayList<>();
        MessageIdentity inFlight = null;
        for (Map.Entry<MessageIdentity, Arrival> each : arrivals.entrySet()) {
            if (each.getValue() == Arrival.FIRST) {
                first.add(each.getKey());
            } else if (each.getValue() == Arrival.IN_FLIGHT) {
                inFlight = each.getKey();
            }
        }
        if (inFlight != null) {
            this.intake.inbox().forgetAll(first);
            throw Intake.inFlight(this.call, inFlight);
        }
        this.received = first;
        if (first.isEmpty()) {
            return false;
        }
        filter();
        return true;
    }

    private void filter() {
        int duplicates = this.messages.size() - this.received.size();
        if (duplicates == 0) {
            return;
        }
        Set<MessageIdentity> left = new HashSet<>(this.received);
        BitSet kept = new BitSet();
        for (int i = 0; i < this.messages.size(); i++) {
            // Of copies in the batch, the first one.
            kept.set(i, left.remove(this.messages.get(i)));
        }
        this.call.replaceArgument(this.parameter.index(), this.parameter.only(this.batch, kept));
        this.intake.countDuplicates(duplicates);
    }

    @Override
    public void handled() {
        this.intake.inbox().handledAll(this.received);
    }

    @Override
    public void forget() {
        this.intake.inbox().forgetAll(this.received);
    }

    @Override
    public @Nullable Object duplicate() {
        this.intake.countDuplicates(this.messages.size());
        return this.intake.answer().give(this.call, this.messages.get(0));
    }
}
