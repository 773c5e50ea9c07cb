package io.integrationkit.benchmarks.idempotency;

import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStore;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;

/** Claims of our store, as an annotated call makes them: what remains is its arguments, its result and its meters. */
final class StoreClaims {

    private static final Duration LEASE = Duration.ofSeconds(30);

    private static final Duration TTL = Duration.ofDays(1);

    private final IdempotencyStore store;

    private final List<ClaimRequest> requests;

    StoreClaims(IdempotencyStore store, List<BareStatements.Key> keys) {
        this.store = store;
        this.requests = keys.stream().map(StoreClaims::request).toList();
    }

    private static ClaimRequest request(BareStatements.Key key) {
        HexFormat hexadecimal = HexFormat.of();
        return new ClaimRequest(
                new IdempotencyKey(key.operation(), key.scope(), hexadecimal.formatHex(key.hash())),
                hexadecimal.formatHex(key.fingerprint()),
                "somebody",
                LEASE,
                TTL,
                true,
                null);
    }

    void claim(int number) {
        Claim claim = this.store.claim(this.requests.get(number));
        if (!(claim instanceof Claim.Done)) {
            throw new IllegalStateException("There was no result");
        }
    }
}
