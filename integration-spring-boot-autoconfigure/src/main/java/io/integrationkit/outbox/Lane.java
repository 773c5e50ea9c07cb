package io.integrationkit.outbox;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Messages of one destination and key, read together. The head is the only one that may be on its way, unless they are
 * sent in transactions, or pipelined: then those that are on their way stand before the head.
 */
final class Lane {

    private final ShardRound round;

    private final String destination;

    private final Deque<StoredMessage> messages = new ArrayDeque<>();

    /** None, and no set of its own, until the first one goes on its way so. */
    private Set<StoredMessage.Row> pipelined = Collections.emptySet();

    private boolean released;

    private long hole = Long.MAX_VALUE;

    private long acknowledged;

    /** Creates the lane of that message, which is not in it yet. */
    Lane(ShardRound round, StoredMessage first) {
        this.round = round;
        this.destination = first.record().destination();
    }

    ShardRound round() {
        return this.round;
    }

    String destination() {
        return this.destination;
    }

    void add(StoredMessage message) {
        this.messages.add(message);
    }

    StoredMessage head() {
        return this.messages.element();
    }

    /** The messages at its beginning, that many at most. */
    List<StoredMessage> first(int most) {
        return this.messages.stream().limit(most).toList();
    }

    /** The messages at its beginning that are to follow the parked ones of their key. */
    List<StoredMessage> parked(int most) {
        return this.messages.stream()
                .takeWhile(StoredMessage::parked)
                .limit(most)
                .toList();
    }

    /** Whether its head shows that the key need not wait for replays any more; told once. */
    boolean beginsAfterRelease() {
        boolean begins = !this.released && head().endsRelease();
        this.released |= begins;
        return begins;
    }

    StoredMessage removeHead() {
        StoredMessage head = this.messages.remove();
        this.round.left(head);
        return head;
    }

    /** Sends the head on its way; the next message is the head then. */
    void pipeline() {
        if (this.pipelined.isEmpty()) {
            this.pipelined = new HashSet<>();
        }
        this.pipelined.add(this.messages.remove().row());
    }

    /** Whether that message went on its way by {@link #pipeline()} and has not ended yet. */
    boolean pipelined(StoredMessage message) {
        return this.pipelined.contains(message.row());
    }

    /** A message is through that was on its way; returns whether it arrived before an earlier one. */
    boolean acknowledged(StoredMessage message) {
        this.pipelined.remove(message.row());
        this.round.left(message);
        this.acknowledged = Math.max(this.acknowledged, message.row().id());
        return message.row().id() > this.hole;
    }

    /** A message that was on its way has not arrived; returns whether a later one has. */
    boolean missed(StoredMessage message) {
        this.hole = Math.min(this.hole, message.row().id());
        return this.acknowledged > message.row().id();
    }

    /** A message that was on its way is a dead letter. */
    void removed(StoredMessage message) {
        this.pipelined.remove(message.row());
        this.round.left(message);
    }

    /** A message that was on its way is forgotten; it is read again. */
    void dropped(StoredMessage message) {
        this.pipelined.remove(message.row());
        this.round.dropped(message);
    }

    /** Whether nothing of it is in memory. */
    boolean over() {
        return this.messages.isEmpty() && this.pipelined.isEmpty();
    }

    boolean isEmpty() {
        return this.messages.isEmpty();
    }

    /** Forgets what was not sent; it stays in the table and is read again later. Returns how many. */
    int drop() {
        int count = this.messages.size();
        this.messages.forEach(this.round::dropped);
        this.messages.clear();
        return count;
    }
}
