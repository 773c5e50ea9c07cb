package io.integrationkit.replay;

import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.OpenDeadLetter;
import io.integrationkit.deadletter.OpenSelection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys of messages of which an entry was not replayed: later ones would overtake it. Calls need none, since there is one
 * entry for an operation and key. Used by one thread.
 *
 * <p>Not written anywhere: an entry of the selection that a job is done with, and that is still open, was not replayed.
 * So whoever takes the job up finds the keys again.
 */
final class HeldKeys {

    private static final int PAGE = 1_000;

    private final Set<Key> keys = new HashSet<>();

    static HeldKeys of(DeadLetters deadLetters, OpenSelection selection, long position) {
        HeldKeys held = new HeldKeys();
        if (position > 0) {
            OpenSelection behind = new OpenSelection(selection.filter(), selection.names(), position, 0);
            long from = 0;
            List<OpenDeadLetter> page;
            do {
                page = deadLetters.listOpen(behind, from, PAGE);
                for (OpenDeadLetter entry : page) {
                    held.hold(entry);
                    from = entry.position();
                }
            } while (page.size() == PAGE);
        }
        return held;
    }

    void hold(OpenDeadLetter entry) {
        Key key = Key.of(entry);
        if (key != null) {
            this.keys.add(key);
        }
    }

    boolean holds(OpenDeadLetter entry) {
        Key key = Key.of(entry);
        return key != null && this.keys.contains(key);
    }

    private record Key(String destination, String key) {

        static @Nullable Key of(OpenDeadLetter entry) {
            String key = entry.key();
            return (entry.kind() == DeadLetter.Kind.MESSAGE && key != null) ? new Key(entry.name(), key) : null;
        }
    }
}
