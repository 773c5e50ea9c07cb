package io.integrationkit.breaker;

/** The latest calls by number: exactly what a ring of that many results would hold. */
final class CountWindow extends Window {

    private final int size;

    private final Numbers failed = new Numbers();

    private final Numbers slow = new Numbers();

    /** Whether the window is full of calls that are fine; set and taken back under the lock. */
    private volatile boolean spotless;

    /** Calls that are fine of which the window needs as many to be spotless. */
    private volatile long spotlessFrom;

    CountWindow(int size) {
        this.size = size;
        this.spotlessFrom = size;
    }

    /**
     * In a full window without failures and slow calls one more call that is fine changes nothing but its number, and
     * numbers matter only beside those of calls that were not fine. So it is not even counted.
     */
    @Override
    boolean tryCount(long now) {
        if (!this.spotless) {
            countFine();
        }
        return true;
    }

    @Override
    boolean mayBeSpotless() {
        return !this.spotless && fine() >= this.spotlessFrom;
    }

    @Override
    void findSpotless() {
        upTo(latest());
        this.spotless = latest() >= this.size && this.failed.size() == 0 && this.slow.size() == 0;
    }

    @Override
    Tally record(boolean failed, boolean slow, long now) {
        this.spotless = false;
        countRecorded();
        long number = latest();
        this.spotlessFrom = fine() + this.size;
        if (failed) {
            this.failed.add(number);
        }
        if (slow) {
            this.slow.add(number);
        }
        return upTo(number);
    }

    @Override
    Tally recordAgain(boolean failed, boolean slow, long now) {
        long number = latest();
        this.spotlessFrom = fine() + this.size;
        if (failed) {
            this.failed.raiseLatest(number);
        }
        if (slow) {
            this.slow.raiseLatest(number);
        }
        return upTo(number);
    }

    @Override
    Tally tally(long now) {
        return upTo(latest());
    }

    private Tally upTo(long latest) {
        long calls = Math.min(latest, this.size);
        this.failed.forgetUpTo(latest - calls);
        this.slow.forgetUpTo(latest - calls);
        return new Tally(calls, this.failed.size(), this.slow.size());
    }
}
