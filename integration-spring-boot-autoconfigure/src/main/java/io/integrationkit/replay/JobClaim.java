package io.integrationkit.replay;

/**
 * The right to run a job, until its lease is over.
 *
 * @param job the job as it was claimed
 * @param owner who claimed it
 * @param epoch number of the claim; a write with an older one is refused
 */
record JobClaim(ReplayJob job, String owner, long epoch) {}
