package io.integrationkit.replay;

import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.jdbc.JdbcAccess;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * Makes replay jobs on a database or in memory. What is made is a {@link org.springframework.context.SmartLifecycle}: it
 * runs jobs while it is started.
 *
 * @param deadLetters the dead letters
 * @param settings the settings
 * @param time paces the jobs, and measures the leases in memory
 * @param ended told of jobs that ended here, by the thread that ended them
 */
public record ReplayJobStores(
        DeadLetters deadLetters, ReplayJobSettings settings, TimeSource time, Consumer<ReplayJobEnded> ended) {

    /**
     * Keeps jobs in the table {@code integration_replay_job}; leases are measured by the database's clock.
     *
     * @param access the database
     * @param codec writes and reads the requests
     * @return the jobs
     */
    public ReplayJobs inDatabase(JdbcAccess access, PayloadCodec codec) {
        return on(new JdbcReplayJobStore(access, codec));
    }

    /**
     * Keeps jobs in memory: they are lost when the process ends.
     *
     * @return the jobs
     */
    public ReplayJobs inMemory() {
        return on(new MemoryReplayJobStore(this.time));
    }

    private ReplayJobs on(ReplayJobStore store) {
        ReplayWorkers workers = new ReplayWorkers(
                store,
                this.deadLetters,
                this.settings,
                this.time,
                ReplayThreads.executor("integration-replay-", this.settings.maxRunning()),
                ReplayThreads.executor("integration-replay-beside-", this.settings.maxRunning()),
                this.ended,
                UUID.randomUUID().toString());
        return new StoredReplayJobs(
                store,
                this.deadLetters,
                this.settings,
                workers,
                () -> UUID.randomUUID().toString());
    }
}
