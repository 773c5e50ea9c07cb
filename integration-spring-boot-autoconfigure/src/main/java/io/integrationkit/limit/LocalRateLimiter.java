package io.integrationkit.limit;

import java.util.concurrent.locks.ReentrantLock;

/**
 * The rate limiter of one instance: a central bucket, and before it small stocks, one for each of a few cells.
 *
 * <p><b>Protocol.</b> A bucket that each call writes to makes two cores wait for each other. So a thread whose home
 * stock is empty takes a batch from the bucket, uses one permit, and leaves the rest in its stock, where the next calls
 * find them with one uncontended write. What is in a stock is already taken from the bucket.
 *
 * <ul>
 *   <li><b>Never too many.</b> A stock can be used long after the bucket has refilled behind it, so stocks need room of
 *       their own: together they hold at most one sixteenth of the burst, and the bucket is made smaller by as much.
 *       Calls that begin within a time then come from the stocks as they were at its beginning, from the bucket as it
 *       was, or from the refill since: together the burst and the refill. Only the holder of the bucket's lock puts
 *       something into a stock, so none grows beyond its size. Price: after a pause that follows an exhaustion the
 *       burst is smaller by the stocks that were empty, never larger.
 *   <li><b>Never hoarded.</b> When the bucket is empty, all stocks are searched before a call waits or is refused. The
 *       search is exact: it is done under the bucket's lock, or without it between two readings of the bucket that show
 *       that no permit left it in between; a stock cannot have gained anything then.
 *   <li><b>Low limits.</b> With a burst below {@value #LEAST_FOR_STOCKS} there are no stocks, and the bucket is exact to
 *       the nanosecond. Such a limit refuses most of what contends for it, and a refusal takes no lock.
 * </ul>
 *
 * A permit that is given back goes to the bucket, under the rule of {@link TokenBucket}. That it came out of a stock
 * changes nothing: the bucket was then not full from the moment it was used until it came back.
 */
final class LocalRateLimiter implements RateLimiter {

    static final int LEAST_FOR_STOCKS = 512;

    /** Part of the burst that the stocks may hold together. */
    private static final int SHARE = 16;

    private static final int LEAST_BATCH = 8;

    private static final int LARGEST_BATCH = 256;

    private final RateLimitSpec spec;

    private final int cells;

    private final int batch;

    private final PaddedCells stocks;

    private final TokenBucket bucket;

    LocalRateLimiter(RateLimitSpec spec, long now, int mostCells) {
        this.spec = spec;
        int share = spec.burst() / SHARE;
        boolean stocked = spec.burst() >= LEAST_FOR_STOCKS;
        this.cells = stocked ? Math.min(mostCells, Integer.highestOneBit(share / LEAST_BATCH)) : 0;
        this.batch = stocked ? Math.min(LARGEST_BATCH, share / this.cells) : 1;
        this.stocks = new PaddedCells(this.cells, 1);
        for (int i = 0; i < this.cells; i++) {
            this.stocks.set(i, this.batch);
        }
        this.bucket = new TokenBucket(spec, spec.burst() - this.cells * this.batch, now);
    }

    @Override
    public long reserve(long now, long maxWaitNanos) {
        return reserve(PaddedCells.stripeOfThread(), now, maxWaitNanos);
    }

    @Override
    public long reserve(int stripe, long now, long maxWaitNanos) {
        if (this.cells > 0 && takeFrom(PaddedCells.home(stripe, this.cells))) {
            return 0;
        }
        long takings = this.bucket.takings();
        long wait = this.bucket.waitAt(now);
        if (wait > Math.max(0, maxWaitNanos) && stocksAreEmpty() && takings == this.bucket.takings()) {
            return -wait;
        }
        return reserveLocked(stripe, now, maxWaitNanos);
    }

    private long reserveLocked(int stripe, long now, long maxWaitNanos) {
        ReentrantLock lock = this.bucket.lock();
        lock.lock();
        try {
            if (this.cells > 0 && (refill(stripe, now) || takeFromAny())) {
                return 0;
            }
            return this.bucket.takeNext(now, maxWaitNanos);
        } finally {
            lock.unlock();
        }
    }

    /** Takes a batch, uses one of it, and puts the rest into the home stock. */
    private boolean refill(int stripe, long now) {
        int home = PaddedCells.home(stripe, this.cells);
        int room = this.batch - (int) this.stocks.get(home);
        int taken = this.bucket.takeFree(now, Math.max(1, room));
        if (taken > 1) {
            this.stocks.add(home, taken - 1);
        }
        return taken > 0;
    }

    private boolean takeFromAny() {
        for (int i = 0; i < this.cells; i++) {
            if (takeFrom(i)) {
                return true;
            }
        }
        return false;
    }

    private boolean takeFrom(int cell) {
        long stock = this.stocks.get(cell);
        while (stock > 0) {
            if (this.stocks.replace(cell, stock, stock - 1)) {
                return true;
            }
            stock = this.stocks.get(cell);
        }
        return false;
    }

    private boolean stocksAreEmpty() {
        for (int i = 0; i < this.cells; i++) {
            if (this.stocks.get(i) > 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void release(long reservedAt) {
        this.bucket.giveBack(reservedAt);
    }

    @Override
    public RateLimitSpec spec() {
        return this.spec;
    }

    @Override
    public double available(long now) {
        double sum = this.bucket.available(now);
        for (int i = 0; i < this.cells; i++) {
            sum += this.stocks.get(i);
        }
        return sum;
    }
}
