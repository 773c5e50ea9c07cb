package io.integrationkit.breaker;

/**
 * What a window holds.
 *
 * @param calls number of calls
 * @param failed how many of them failed
 * @param slow how many of them were slow
 */
record Tally(long calls, long failed, long slow) {

    double failureRate() {
        return percentage(this.failed);
    }

    double slowCallRate() {
        return percentage(this.slow);
    }

    private double percentage(long part) {
        return (this.calls == 0) ? 0 : part * 100.0 / this.calls;
    }
}
