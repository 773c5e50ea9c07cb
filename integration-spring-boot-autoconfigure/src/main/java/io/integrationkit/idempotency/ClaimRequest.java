package io.integrationkit.idempotency;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A call that wants to claim its key.
 *
 * @param key the key
 * @param fingerprint SHA-256 of the call's arguments, in hexadecimal
 * @param owner name of the call, used by no other; if it asks again, which it does only where it got no answer, a store may
 *     give it the claim it has
 * @param lease time after which the claim counts as lapsed, if it was not ended or extended
 * @param ttl time for which the key is remembered
 * @param takesOver whether a lapsed claim may be taken over; if not, it is answered with
 *     {@link Claim.OutcomeUnknown}
 * @param replayOf the dead letter this call replays, or {@code null} for an ordinary call
 */
public record ClaimRequest(
        IdempotencyKey key,
        String fingerprint,
        String owner,
        Duration lease,
        Duration ttl,
        boolean takesOver,
        @Nullable String replayOf) {}
