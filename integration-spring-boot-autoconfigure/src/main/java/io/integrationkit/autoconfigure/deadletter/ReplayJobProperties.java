package io.integrationkit.autoconfigure.deadletter;

import io.integrationkit.replay.ReplayJobSettings;
import java.time.Duration;

/** Settings of the replay jobs. */
public final class ReplayJobProperties {

    /** Maximum number of jobs that run at once on an instance; others wait. */
    private int maxRunning = 2;

    /** Time after which the job of an instance that died is taken up by another. */
    private Duration lease = Duration.ofSeconds(30);

    /** Number of ended jobs that are kept. */
    private int kept = 50;

    /** Time for which the application may refuse replays (breaker open, limit reached) before a job stops. */
    private Duration longestRefusal = Duration.ofMinutes(10);

    ReplayJobSettings toSettings(Duration replayLease) {
        return new ReplayJobSettings(this.maxRunning, this.lease, this.kept, this.longestRefusal, replayLease);
    }

    public int getMaxRunning() {
        return this.maxRunning;
    }

    public void setMaxRunning(int maxRunning) {
        this.maxRunning = maxRunning;
    }

    public Duration getLease() {
        return this.lease;
    }

    public void setLease(Duration lease) {
        this.lease = lease;
    }

    public int getKept() {
        return this.kept;
    }

    public void setKept(int kept) {
        this.kept = kept;
    }

    public Duration getLongestRefusal() {
        return this.longestRefusal;
    }

    public void setLongestRefusal(Duration longestRefusal) {
        this.longestRefusal = longestRefusal;
    }
}
