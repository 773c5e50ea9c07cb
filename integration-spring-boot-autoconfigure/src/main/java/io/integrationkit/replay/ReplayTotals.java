package io.integrationkit.replay;

/**
 * What the replay jobs of one instance did since it started.
 *
 * @param started jobs that were started here
 * @param completed jobs that went through their selection here
 * @param stopped jobs that stopped by themselves here
 * @param cancelled jobs that were cancelled here
 * @param replayed entries that jobs resolved here
 * @param failed entries that jobs tried in vain here
 * @param skipped entries that jobs passed over here
 * @param running jobs that run here at this moment
 */
public record ReplayTotals(
        long started,
        long completed,
        long stopped,
        long cancelled,
        long replayed,
        long failed,
        long skipped,
        int running) {}
