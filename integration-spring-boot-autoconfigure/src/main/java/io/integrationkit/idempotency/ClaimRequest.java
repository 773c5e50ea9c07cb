package io.integrationkit.idempotency;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A call that wants to claim its key.
 *
 * @param key the key
 * @param fingerprint SHA-256 of the call's arguments, in hexadecimal
 * @param owner name of the call, used by no other
 * @param lease time after which the claim is anybody's, if it was not ended
 * @param ttl time for which the key is remembered
 * @param replayOf the dead letter this call replays, or {@code null} for an ordinary call
 */
public record ClaimRequest(
        IdempotencyKey key,
        String fingerprint,
        String owner,
        Duration lease,
        Duration ttl,
        @Nullable String replayOf) {}
