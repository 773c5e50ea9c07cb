package io.integrationkit.outbox;

/**
 * How many keys do not simply go on.
 *
 * @param parked keys whose messages become dead letters as they come
 * @param blocked keys whose messages wait for an operator
 */
public record HeldKeyCount(long parked, long blocked) {

    /** No key at all. */
    public static final HeldKeyCount NONE = new HeldKeyCount(0, 0);

    HeldKeyCount plus(HeldKeyCount other) {
        return new HeldKeyCount(this.parked + other.parked, this.blocked + other.blocked);
    }
}
