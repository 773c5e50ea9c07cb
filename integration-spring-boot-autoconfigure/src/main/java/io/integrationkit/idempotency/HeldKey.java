package io.integrationkit.idempotency;

/**
 * A key that is held by a call of this process, with a lease or in a transaction.
 *
 * @param key the key
 * @param hashed the key as the store knows it
 * @param fingerprint what the call is about
 * @param flight keeps other calls of this process waiting
 */
record HeldKey(CallKey key, IdempotencyKey hashed, Fingerprint fingerprint, SingleFlight.Flight flight) {}
