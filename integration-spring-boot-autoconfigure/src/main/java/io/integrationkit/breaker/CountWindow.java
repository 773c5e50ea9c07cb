package io.integrationkit.breaker;

/** The latest calls by number: exactly what a ring of that many results would hold. */
final class CountWindow extends Window {

    private final int size;

    private final Numbers failed = new Numbers();

    private final Numbers slow = new Numbers();

    CountWindow(int size) {
        this.size = size;
    }

    @Override
    boolean tryCount(long now) {
        countFine();
        return true;
    }

    @Override
    Tally record(boolean failed, boolean slow, long now) {
        countRecorded();
        long number = latest();
        if (failed) {
            this.failed.add(number);
        }
        if (slow) {
            this.slow.add(number);
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
