package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/** Keys and requests for tests. */
final class Keys {

    static final Duration LEASE = Duration.ofSeconds(30);

    static final Duration TTL = Duration.ofHours(24);

    static final StoredResult RESULT =
            new StoredResult(StoredResult.Kind.VALUE, "{\"a\":1}".getBytes(StandardCharsets.UTF_8));

    private static final String ARGUMENTS = "aa".repeat(32);

    private static final AtomicInteger owners = new AtomicInteger();

    private Keys() {}

    static IdempotencyKey anyKey() {
        return new IdempotencyKey(
                "crm.update", "", UUID.randomUUID().toString().replace("-", "").repeat(2));
    }

    static ClaimRequest request(IdempotencyKey key) {
        return request(key, LEASE, TTL);
    }

    static ClaimRequest request(IdempotencyKey key, Duration lease, Duration ttl) {
        return new ClaimRequest(key, ARGUMENTS, "caller-" + owners.incrementAndGet(), lease, ttl, true, null);
    }

    static ClaimRequest replay(IdempotencyKey key, String entryId) {
        return new ClaimRequest(key, ARGUMENTS, "caller-" + owners.incrementAndGet(), LEASE, TTL, true, entryId);
    }

    static ClaimRequest cautious(IdempotencyKey key) {
        return new ClaimRequest(key, ARGUMENTS, "caller-" + owners.incrementAndGet(), LEASE, TTL, false, null);
    }

    static ClaimToken granted(Claim claim) {
        assertThat(claim).isInstanceOf(Claim.Granted.class);
        return ((Claim.Granted) claim).token();
    }
}
