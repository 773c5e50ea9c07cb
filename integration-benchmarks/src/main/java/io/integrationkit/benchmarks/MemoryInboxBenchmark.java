package io.integrationkit.benchmarks;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.integrationkit.deduplicate.Arrival;
import io.integrationkit.deduplicate.Inbox;
import io.integrationkit.deduplicate.MessageIdentity;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A message that was handled arrives again: the inbox in memory beside a look-up in a cache of the same size. */
public class MemoryInboxBenchmark {

    private static final int ENTRIES = 100_000;

    @Benchmark
    public Object known(Filled filled) {
        return filled.inbox.receive(filled.next());
    }

    @Benchmark
    public @Nullable Object caffeine(Filled filled) {
        return filled.cache.getIfPresent(filled.next());
    }

    /** Both hold the same messages, as an application has received them: each arrives as an object of its own. */
    @State(Scope.Thread)
    public static class Filled {

        final Inbox inbox = Inbox.inMemory(ENTRIES);

        final Cache<MessageIdentity, Boolean> cache =
                Caffeine.newBuilder().maximumSize(ENTRIES).build();

        private final String[] ids = new String[1_024];

        private int last;

        public Filled() {
            for (int i = 0; i < this.ids.length; i++) {
                this.ids[i] = "order-" + i;
                MessageIdentity message = next();
                this.inbox.receive(message);
                this.inbox.handled(message);
                this.cache.put(message, true);
            }
            Checks.answers(String.valueOf(this.inbox.receive(next())), Arrival.DUPLICATE.name());
            Checks.answers(String.valueOf(this.cache.getIfPresent(next())), "true");
        }

        final MessageIdentity next() {
            String id = this.ids[this.last++ & (this.ids.length - 1)];
            return new MessageIdentity("projection.on", "shop", (id != null) ? id : "");
        }
    }
}
