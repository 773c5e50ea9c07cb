package io.integrationkit.outbox;

import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.failure.Failure;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** States of keys in memory. The monitor of the rows guards them too, and stands in for the locks of a database. */
final class MemoryKeyStates implements KeyStates {

    private final OutboxSpec spec;

    private final MemoryRows rows;

    private final TimeSource time;

    private final Supplier<DeadLetters> deadLetters;

    private final Map<Key, Held> states =
            new TreeMap<>(Comparator.comparing(Key::destination).thenComparing(Key::name));

    MemoryKeyStates(OutboxSpec spec, MemoryRows rows, TimeSource time, Supplier<DeadLetters> deadLetters) {
        this.spec = spec;
        this.rows = rows;
        this.time = time;
        this.deadLetters = deadLetters;
    }

    StoredMessage withState(StoredMessage message) {
        String name = message.record().key();
        Held held = (name != null) ? this.states.get(new Key(message.record().destination(), name)) : null;
        return (held == null)
                ? message
                : new StoredMessage(
                        message.row(), message.record(), message.unreadable(), message.replayOf(), held.state());
    }

    /** Whether the message stays where it is until its key is let go. */
    boolean held(StoredMessage message) {
        if (message.key() == null) {
            return false;
        }
        return switch (message.key().state()) {
            case BLOCKED -> true;
            case PARKED -> false;
            case RELEASING ->
                message.replayOf() == null && replays(Key.of(message)).findAny().isPresent();
        };
    }

    private Stream<Long> replays(Key key) {
        return this.rows.replays(shard(key), key.destination(), key.name());
    }

    private int shard(Key key) {
        return Shards.of(key.name(), "", this.spec.shards());
    }

    /** Shards in which a key is held. */
    Set<Integer> shards() {
        return this.states.keySet().stream().map(this::shard).collect(Collectors.toSet());
    }

    @Override
    public boolean park(StoredMessage head, ShardLease lease, Failure failure, Throwable cause) {
        synchronized (this.rows) {
            Key key = Key.of(head);
            if (this.rows.find(head.row()) != null) {
                NavigableMap<Long, String> parked = new TreeMap<>();
                Held before = this.states.get(key);
                if (before != null) {
                    parked.putAll(before.parked());
                }
                move(head, parked, failure, cause);
                long replaysAfter = replays(key).reduce(0L, Math::max);
                put(key, HeldKey.State.PARKED, replaysAfter, parked, head, failure, cause);
            }
            return true;
        }
    }

    private void move(StoredMessage message, Map<Long, String> parked, Failure failure, Throwable cause) {
        this.deadLetters.get().storeMessage(JdbcOutboxStore.deadLetter(message.record(), failure, cause));
        this.rows.remove(message.row());
        parked.put(message.position(), message.record().messageId());
    }

    private void put(
            Key key,
            HeldKey.State state,
            long replaysAfter,
            NavigableMap<Long, String> parked,
            StoredMessage head,
            Failure failure,
            Throwable cause) {
        HeldKey described = new HeldKey(
                key.destination(),
                key.name(),
                state,
                head.record().messageId(),
                failure.category(),
                cause.getClass().getName(),
                this.time.now());
        this.states.put(key, new Held(new KeyState(state, replaysAfter), described, parked, head.row()));
    }

    @Override
    public int parkBehind(List<StoredMessage> messages, ShardLease lease) {
        synchronized (this.rows) {
            Held held = this.states.get(Key.of(messages.get(0)));
            int moved = 0;
            for (StoredMessage message : messages) {
                if (held == null || !held.state().parks(message.row(), message.replayOf())) {
                    break;
                }
                if (this.rows.find(message.row()) != null) {
                    move(message, held.parked(), message.failureToPark(), message.reasonToPark());
                }
                moved++;
            }
            return moved;
        }
    }

    @Override
    public boolean block(StoredMessage head, ShardLease lease, Failure failure, Throwable cause) {
        synchronized (this.rows) {
            put(Key.of(head), HeldKey.State.BLOCKED, 0, new TreeMap<>(), head, failure, cause);
            return true;
        }
    }

    @Override
    public void endRelease(String destination, String name) {
        synchronized (this.rows) {
            Key key = new Key(destination, name);
            if (is(HeldKey.State.RELEASING, key) && replays(key).findAny().isEmpty()) {
                this.states.remove(key);
            }
        }
    }

    @Override
    public void endReleases() {
        synchronized (this.rows) {
            List.copyOf(this.states.keySet()).forEach((key) -> endRelease(key.destination(), key.name()));
        }
    }

    @Override
    public void replay(OutboxRecord record) {
        synchronized (this.rows) {
            String name = record.key();
            Key key = (name != null) ? new Key(record.destination(), name) : null;
            Held held = (key != null) ? this.states.get(key) : null;
            Map.Entry<Long, String> first = (held != null) ? held.parked().firstEntry() : null;
            boolean parked = held != null && held.parked().containsValue(record.messageId());
            if (parked && first != null && !first.getValue().equals(record.messageId())) {
                throw MessageHeldException.notFirst(record, first.getValue());
            }
            this.rows.reserve(1);
            this.rows.add(record, (parked && first != null) ? first.getKey() : 0, this.time.nanoTime());
            if (parked && first != null && key != null && held != null) {
                held.parked().remove(first.getKey());
                releaseIfAllDone(key, held);
            }
        }
    }

    @Override
    public void discarded(String destination, String name, String messageId) {
        synchronized (this.rows) {
            Key key = new Key(destination, name);
            Held held = this.states.get(key);
            if (held != null && held.parked().values().removeIf(messageId::equals)) {
                releaseIfAllDone(key, held);
            }
        }
    }

    /** Replays that are to be parked again are still ahead of what came later. */
    private void releaseIfAllDone(Key key, Held held) {
        boolean parkedAgain = replays(key).anyMatch((id) -> id <= held.state().replaysAfter());
        if (held.state().state() == HeldKey.State.PARKED && held.parked().isEmpty() && !parkedAgain) {
            letGo(key, held);
        }
    }

    private void letGo(Key key, Held held) {
        if (replays(key).findAny().isEmpty()) {
            this.states.remove(key);
        } else {
            this.states.put(key, held.releasing(this.time));
        }
    }

    @Override
    public boolean unblock(String destination, String name) {
        synchronized (this.rows) {
            Key key = new Key(destination, name);
            return is(HeldKey.State.BLOCKED, key) && this.states.remove(key) != null;
        }
    }

    @Override
    public boolean discardHead(String destination, String name) {
        synchronized (this.rows) {
            Key key = new Key(destination, name);
            if (!is(HeldKey.State.BLOCKED, key)) {
                return false;
            }
            Held held = Objects.requireNonNull(this.states.get(key));
            StoredMessage head = this.rows.find(held.head());
            if (head != null) {
                MessageHeldException cause = MessageHeldException.discarded(
                        head, held.described().category(), held.described().problem());
                this.deadLetters.get().storeMessage(JdbcOutboxStore.deadLetter(head.record(), cause.failure(), cause));
                this.rows.remove(head.row());
            }
            return this.states.remove(key) != null;
        }
    }

    @Override
    public boolean release(String destination, String name) {
        synchronized (this.rows) {
            Key key = new Key(destination, name);
            if (!is(HeldKey.State.PARKED, key)) {
                return false;
            }
            letGo(key, Objects.requireNonNull(this.states.get(key)));
            return true;
        }
    }

    private boolean is(HeldKey.State wanted, Key key) {
        Held held = this.states.get(key);
        return held != null && held.state().state() == wanted;
    }

    @Override
    public List<HeldKey> list(HeldKey.@Nullable Place after, int limit) {
        synchronized (this.rows) {
            return this.states.values().stream()
                    .map(Held::described)
                    .filter((held) -> after == null
                            || Comparator.comparing(HeldKey.Place::destination)
                                            .thenComparing(HeldKey.Place::key)
                                            .compare(held.place(), after)
                                    > 0)
                    .limit(limit)
                    .toList();
        }
    }

    @Override
    public Map<String, HeldKeyCount> counts() {
        Map<String, HeldKeyCount> counts = new HashMap<>();
        synchronized (this.rows) {
            this.states.forEach((key, held) -> {
                HeldKeyCount one = count(held.state().state());
                if (!one.equals(HeldKeyCount.NONE)) {
                    counts.merge(key.destination(), one, HeldKeyCount::plus);
                }
            });
        }
        return counts;
    }

    private static HeldKeyCount count(HeldKey.State state) {
        return switch (state) {
            case PARKED -> new HeldKeyCount(1, 0);
            case BLOCKED -> new HeldKeyCount(0, 1);
            case RELEASING -> HeldKeyCount.NONE;
        };
    }

    private record Key(String destination, String name) {

        static Key of(StoredMessage message) {
            return new Key(
                    message.record().destination(),
                    Objects.requireNonNull(message.record().key()));
        }
    }

    /** What is known of a held key; {@code parked} has message ids by their place. */
    private record Held(KeyState state, HeldKey described, NavigableMap<Long, String> parked, StoredMessage.Row head) {

        Held releasing(TimeSource time) {
            HeldKey releasing = new HeldKey(
                    this.described.destination(),
                    this.described.key(),
                    HeldKey.State.RELEASING,
                    this.described.headMessageId(),
                    this.described.category(),
                    this.described.problem(),
                    time.now());
            return new Held(
                    new KeyState(HeldKey.State.RELEASING, this.state.replaysAfter()),
                    releasing,
                    new TreeMap<>(),
                    this.head);
        }
    }
}
