package io.integrationkit.outbox;

import io.integrationkit.failure.Failure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One shard that is sent in transactions: what waits, and whether a session is open. Used by the relay's thread only,
 * except for the session while the shard is busy.
 */
final class ShardSender {

    private final Deque<Lane> waiting = new ArrayDeque<>();

    private final Map<StoredMessage.Row, Refusal> refusals = new HashMap<>();

    private boolean busy;

    private ShardTransactions.@Nullable Session session;

    private @Nullable ShardLease lease;

    /** Whether a session is open that was opened under that lease, and no transaction of it has failed. */
    boolean openFor(ShardLease current) {
        return this.session != null && this.lease != null && this.lease.epoch() == current.epoch();
    }

    boolean busy() {
        return this.busy;
    }

    void begun() {
        this.busy = true;
    }

    void ended() {
        this.busy = false;
    }

    void opened(ShardTransactions.Session opened, ShardLease under) {
        this.session = opened;
        this.lease = under;
    }

    ShardTransactions.Session session() {
        return Objects.requireNonNull(this.session);
    }

    /** Forgets the session; returns it if there was one. */
    ShardTransactions.@Nullable Session takeSession() {
        ShardTransactions.Session taken = this.session;
        this.session = null;
        this.lease = null;
        return taken;
    }

    @Nullable
    ShardLease lease() {
        return this.lease;
    }

    Deque<Lane> waiting() {
        return this.waiting;
    }

    void refused(StoredMessage message, Failure failure, Throwable cause) {
        this.refusals.put(message.row(), new Refusal(failure, cause));
    }

    /** Tells once why a message was refused, when it is the head of its lane. */
    @Nullable
    Refusal takeRefusal(StoredMessage message) {
        return this.refusals.remove(message.row());
    }

    void forgetRefusals() {
        this.refusals.clear();
    }

    /**
     * Takes the next batch out of the lanes that wait: of each the messages up to the first that is not simply sent.
     *
     * @param most most messages
     * @param mostBytes bytes of payload after which no more are taken
     */
    Batch next(int most, long mostBytes) {
        List<Part> parts = new ArrayList<>();
        List<StoredMessage> messages = new ArrayList<>();
        long bytes = 0;
        while (!this.waiting.isEmpty() && messages.size() < most && bytes < mostBytes) {
            Lane lane = this.waiting.remove();
            int before = messages.size();
            for (StoredMessage message : lane.first(most - before)) {
                if (bytes >= mostBytes || !sendable(message)) {
                    break;
                }
                messages.add(message);
                bytes += message.bytes();
            }
            parts.add(new Part(lane, messages.size() - before));
        }
        messages.sort(Comparator.comparingLong((message) -> message.row().id()));
        return new Batch(parts, messages);
    }

    private boolean sendable(StoredMessage message) {
        return !message.parked() && message.unreadable() == null && !this.refusals.containsKey(message.row());
    }

    /** What the first messages of a lane are: that many of them. */
    record Part(Lane lane, int count) {}

    /**
     * What is sent in one transaction.
     *
     * @param messages in the order of their ids
     */
    record Batch(List<Part> parts, List<StoredMessage> messages) {

        Batch {
            parts = List.copyOf(parts);
            messages = List.copyOf(messages);
        }

        int shard() {
            return this.messages.get(0).row().shard();
        }

        List<StoredMessage.Row> rows() {
            return this.messages.stream().map(StoredMessage::row).toList();
        }

        Set<String> destinations() {
            Set<String> destinations = new TreeSet<>();
            this.parts.forEach((part) -> destinations.add(part.lane().destination()));
            return destinations;
        }
    }

    /** Why a message will never be taken. */
    record Refusal(Failure failure, Throwable cause) {}
}
