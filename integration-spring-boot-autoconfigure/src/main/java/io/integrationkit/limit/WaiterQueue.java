package io.integrationkit.limit;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who waits, in the order of arrival. Guarded by the lock of its bulkhead; only the size may be read without it. */
final class WaiterQueue {

    private final Set<Waiter> waiters = new LinkedHashSet<>();

    private volatile int size;

    void add(Waiter waiter) {
        this.waiters.add(waiter);
        this.size = this.waiters.size();
    }

    void remove(Waiter waiter) {
        this.waiters.remove(waiter);
        this.size = this.waiters.size();
    }

    /** Gives a place to the first that still wants it, and takes it out of the queue. */
    @Nullable
    Waiter grantFirst() {
        Iterator<Waiter> each = this.waiters.iterator();
        Waiter granted = null;
        while (granted == null && each.hasNext()) {
            Waiter first = each.next();
            each.remove();
            granted = first.grant() ? first : null;
        }
        this.size = this.waiters.size();
        return granted;
    }

    int size() {
        return this.size;
    }

    boolean isEmpty() {
        return this.size == 0;
    }
}
