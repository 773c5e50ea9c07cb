package io.integrationkit.outbox;

/**
 * What this instance has done for one destination since it started.
 *
 * @param sent messages it acknowledged
 * @param failed sends that failed because it was not available; each is tried again
 * @param deadLettered messages it refused, which became dead letters
 * @param parked messages that became dead letters behind a refused one of their key
 */
public record DestinationStatistics(long sent, long failed, long deadLettered, long parked) {

    /** Nothing was done. */
    static final DestinationStatistics NONE = new DestinationStatistics(0, 0, 0, 0);
}
