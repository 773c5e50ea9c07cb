package io.integrationkit.limit;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The places of a bulkhead, spread over padded cells so that two cores enter and leave without touching each other's.
 *
 * <p><b>Protocol.</b> Each cell has a quota and counts the places taken of it; the quotas add up to the limit, so cells
 * that keep to their quotas keep the limit. A thread takes from its home cell, or from the next one that has a place,
 * and gives back to its home cell, or to the next one that has something taken: it does not matter which, only the sums
 * do. A count never goes below zero and never above its quota, so nothing can make places out of nothing.
 *
 * <ul>
 *   <li><b>No false refusal.</b> Cells are read one after the other, and a place may move from one not yet read to one
 *       already read. So a count carries a version that each change of it moves. "All full" and "all empty" are
 *       believed when two readings of all cells in a row are the same: then all was so at the moment between them.
 *       Otherwise somebody entered or left, and the search begins again.
 *   <li><b>Change.</b> The quotas are one immutable object. A change closes them, moves the version of each cell, sets
 *       new counts, and opens the new quotas, under the lock. Who enters or leaves reads a count, then the quotas, then
 *       replaces the count: with quotas that were open at a moment after it read the count, a replacement that succeeds
 *       came before the change, since the change would have moved the version. Who finds the quotas closed waits for
 *       the lock.
 *   <li><b>Fewer places than calls.</b> Then all counts go to one cell, whose quota is the whole limit: it lets nobody in
 *       until enough have left. A place free in another cell would be a place too many. The one whose leaving brings
 *       the count to the limit spreads it again.
 * </ul>
 */
final class Places {

    /** A cell is {@code version << COUNT_BITS | count}, so it grows with each change of it. */
    private static final int COUNT_BITS = 24;

    private static final long COUNT = (1L << COUNT_BITS) - 1;

    private static final long VERSION = 1L << COUNT_BITS;

    private final PaddedCells cells;

    private final ReentrantLock lock = new ReentrantLock();

    private volatile Quotas quotas;

    Places(int limit, int mostCells) {
        this.cells = new PaddedCells(mostCells, 1);
        this.quotas = Quotas.spread(limit, mostCells);
    }

    /** Takes a place if there is one. Nearly every call finds it at home, without the loops of a search. */
    boolean take(int stripe) {
        Quotas current = this.quotas;
        int home = PaddedCells.home(stripe, current.cells());
        long count = this.cells.get(home);
        boolean taken = (count & COUNT) < current.least()
                && this.quotas == current
                && this.cells.replace(home, count, count + VERSION + 1);
        return taken || takeAnywhere(stripe);
    }

    private boolean takeAnywhere(int stripe) {
        while (true) {
            Quotas current = this.quotas;
            int home = PaddedCells.home(stripe, current.cells());
            long sum = 0;
            for (int i = 0; i < current.cells(); i++) {
                int cell = (home + i) & (current.cells() - 1);
                long count = this.cells.get(cell);
                while ((count & COUNT) < current.of(cell) && isInForce(current)) {
                    if (this.cells.replace(cell, count, count + VERSION + 1)) {
                        return true;
                    }
                    count = this.cells.get(cell);
                }
                sum += count;
            }
            if (wasSo(current, sum)) {
                return false;
            }
        }
    }

    /**
     * Gives a place back.
     *
     * @param stripe chooses where it is looked for first; need not be the one it was taken by
     * @throws IllegalStateException if none is taken
     */
    void giveBack(int stripe) {
        Quotas current = this.quotas;
        int home = PaddedCells.home(stripe, current.cells());
        long count = this.cells.get(home);
        boolean given = (count & COUNT) > 0
                && current.mode() == Quotas.Mode.SPREAD
                && this.quotas == current
                && this.cells.replace(home, count, count + VERSION - 1);
        if (!given) {
            giveBackAnywhere(stripe);
        }
    }

    private void giveBackAnywhere(int stripe) {
        while (true) {
            Quotas current = this.quotas;
            int home = PaddedCells.home(stripe, current.cells());
            long sum = 0;
            for (int i = 0; i < current.cells(); i++) {
                int cell = (home + i) & (current.cells() - 1);
                long count = this.cells.get(cell);
                while ((count & COUNT) > 0 && isInForce(current)) {
                    if (this.cells.replace(cell, count, count + VERSION - 1)) {
                        spreadAgain(current, (int) (count & COUNT) - 1);
                        return;
                    }
                    count = this.cells.get(cell);
                }
                sum += count;
            }
            if (wasSo(current, sum)) {
                throw new IllegalStateException("A call left the bulkhead while nobody was inside");
            }
        }
    }

    private boolean isInForce(Quotas current) {
        return this.quotas == current && current.isOpen();
    }

    /** Whether the cells whose sum was read were so at one moment; cells only grow, so an equal sum says it. */
    private boolean wasSo(Quotas current, long sum) {
        if (!current.isOpen()) {
            awaitOpen();
            return false;
        }
        long again = 0;
        for (int i = 0; i < current.cells(); i++) {
            again += this.cells.get(i);
        }
        return again == sum && this.quotas == current;
    }

    private void awaitOpen() {
        this.lock.lock();
        try {
            // Whoever holds the lock opens the places before giving it back.
            assert this.lock.isHeldByCurrentThread();
        } finally {
            this.lock.unlock();
        }
    }

    private void spreadAgain(Quotas current, int left) {
        if (current.mode() == Quotas.Mode.DRAINING && left == current.limit()) {
            this.lock.lock();
            try {
                if (this.quotas == current) {
                    move(current.limit());
                }
            } finally {
                this.lock.unlock();
            }
        }
    }

    /** Changes the number of places at once. */
    void change(int limit) {
        this.lock.lock();
        try {
            move(limit);
        } finally {
            this.lock.unlock();
        }
    }

    private void move(int limit) {
        this.quotas = this.quotas.closed();
        int sum = 0;
        for (int i = 0; i < this.cells.count(); i++) {
            sum += empty(i);
        }
        Quotas next = (sum > limit) ? Quotas.draining(limit) : Quotas.spread(limit, this.cells.count());
        for (int i = 0; i < next.cells(); i++) {
            this.cells.add(i, next.share(sum, i));
        }
        this.quotas = next;
    }

    private int empty(int cell) {
        while (true) {
            long count = this.cells.get(cell);
            if (this.cells.replace(cell, count, (count | COUNT) + 1)) {
                return (int) (count & COUNT);
            }
        }
    }

    /** How many places are taken. */
    int taken() {
        while (true) {
            Quotas current = this.quotas;
            int sum = 0;
            for (int i = 0; i < current.cells(); i++) {
                sum += (int) (this.cells.get(i) & COUNT);
            }
            if (isInForce(current)) {
                return sum;
            }
            awaitOpen();
        }
    }
}
