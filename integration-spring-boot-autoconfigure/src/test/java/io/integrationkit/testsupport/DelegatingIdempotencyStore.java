package io.integrationkit.testsupport;

import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.ClaimToken;
import io.integrationkit.idempotency.IdempotencyKey;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.idempotency.KeyCounts;
import io.integrationkit.idempotency.KeyStatus;
import io.integrationkit.idempotency.StoredResult;
import java.time.Duration;
import java.util.List;

/** A store of idempotency keys in front of another one, for tests that change what one method does. */
public abstract class DelegatingIdempotencyStore implements IdempotencyStore {

    private final IdempotencyStore store;

    protected DelegatingIdempotencyStore(IdempotencyStore store) {
        this.store = store;
    }

    @Override
    public Claim claim(ClaimRequest request) {
        return this.store.claim(request);
    }

    @Override
    public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
        return this.store.complete(token, result, ttl);
    }

    @Override
    public boolean deadLetter(ClaimToken token, String entryId, Duration ttl) {
        return this.store.deadLetter(token, entryId, ttl);
    }

    @Override
    public boolean release(ClaimToken token) {
        return this.store.release(token);
    }

    @Override
    public boolean extend(ClaimToken token, Duration lease) {
        return this.store.extend(token, lease);
    }

    @Override
    public List<KeyStatus> find(String operation, String hash) {
        return this.store.find(operation, hash);
    }

    @Override
    public boolean free(IdempotencyKey key, long epoch) {
        return this.store.free(key, epoch);
    }

    @Override
    public KeyCounts counts() {
        return this.store.counts();
    }

    @Override
    public int deleteExpired(int limit) {
        return this.store.deleteExpired(limit);
    }

    @Override
    public String engine() {
        return this.store.engine();
    }

    @Override
    public boolean durable() {
        return this.store.durable();
    }
}
