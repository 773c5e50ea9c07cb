package io.integrationkit.replay;

/**
 * Published as an event of the application when a replay job has ended, on the instance that ended it. An instance that
 * dies right after the end does not publish it: {@link ReplayJobs#last} is what counts.
 *
 * @param job the job; {@link ReplayJob#status()} says how it ended
 */
public record ReplayJobEnded(ReplayJob job) {}
