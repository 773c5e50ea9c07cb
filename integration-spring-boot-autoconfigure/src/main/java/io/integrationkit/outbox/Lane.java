package io.integrationkit.outbox;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Messages of one destination and key, read together. The head is the only one that may be on its way, unless they are
 * sent in transactions.
 */
final class Lane {

    private final ShardRound round;

    private final String destination;

    private final Deque<StoredMessage> messages = new ArrayDeque<>();

    private boolean released;

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
