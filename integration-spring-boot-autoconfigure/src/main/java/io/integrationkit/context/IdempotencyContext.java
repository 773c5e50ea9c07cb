package io.integrationkit.context;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The claim under which an {@code @Idempotent} method works, for what it calls: a fencing token for a store that can
 * refuse late writes, and keys derived from its own for callees that are idempotent themselves. Bound to the thread of the
 * method and to those on which its call goes on. Safe for use by any number of threads.
 */
public final class IdempotencyContext {

    /** Name under which lazy work finds its context in the context of Reactor. */
    public static final String REACTOR_KEY = IdempotencyContext.class.getName();

    private static final ThreadLocal<@Nullable IdempotencyContext> CURRENT = new ThreadLocal<>();

    private final String identity;

    private final long fencingToken;

    private final Map<String, AtomicInteger> ordinals = new ConcurrentHashMap<>();

    private IdempotencyContext(String identity, long fencingToken) {
        this.identity = identity;
        this.fencingToken = fencingToken;
    }

    /**
     * Creates the context of one attempt; {@link #open()} binds it.
     *
     * @param identity what identifies the call among all others and stays the same when it is made again
     * @param fencingToken the epoch of its claim
     * @return the context
     */
    public static IdempotencyContext of(String identity, long fencingToken) {
        return new IdempotencyContext(identity, fencingToken);
    }

    /**
     * Returns the context of this thread.
     *
     * @return the context, or {@code null} outside of idempotent methods
     */
    public static @Nullable IdempotencyContext current() {
        return CURRENT.get();
    }

    /**
     * Binds this context to the thread.
     *
     * @return closing it binds what was bound before
     */
    public Scope open() {
        IdempotencyContext outer = CURRENT.get();
        CURRENT.set(this);
        return () -> bind(outer);
    }

    /** Binds exactly this context to the thread, or none. */
    static void bind(@Nullable IdempotencyContext context) {
        if (context == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(context);
        }
    }

    /**
     * Returns a number that is higher than those of all earlier holders of the key. A store that keeps the highest one it
     * has seen, and refuses writes with a lower one, is safe from a call that was taken for dead and comes back.
     *
     * @return the fencing token
     */
    public long fencingToken() {
        return this.fencingToken;
    }

    /**
     * Derives a key for a callee: the same whenever this call is made again, another for each site.
     *
     * @param site names the place of the call to the callee, such as {@code POST https://bank.example/charges}
     * @return 64 hexadecimal digits
     */
    public String childKey(String site) {
        return Sha256.hex(this.identity.length() + ":" + this.identity + site);
    }

    /**
     * Numbers the calls from one site, so that each has a key of its own and a repeated attempt, which begins with one
     * again, uses the same keys in the same order.
     *
     * @param site names the place of the call
     * @return 1 for the first call, then 2
     */
    public int ordinalOf(String site) {
        return this.ordinals.computeIfAbsent(site, (key) -> new AtomicInteger()).incrementAndGet();
    }

    /** Lets {@link #ordinalOf} begin with one again, since the same work is done once more. */
    public void attemptBegins() {
        this.ordinals.clear();
    }
}
