package io.integrationkit.deadletter;

/**
 * The right to replay an entry, until its lease is over.
 *
 * @param letter the entry as it was claimed
 * @param content what is needed to do it again
 * @param owner who claimed it
 * @param epoch number of the claim; a write with an older one is refused
 * @param revision how often the entry had been stored when it was claimed
 */
record Claim(DeadLetter letter, Content content, String owner, long epoch, long revision) {

    /** The next claim, of an entry that was read as this one. */
    Claim takenBy(String other) {
        return new Claim(this.letter, this.content, other, this.epoch + 1, this.revision);
    }
}
