package io.integrationkit.idempotency;

import io.integrationkit.context.Sha256;

/**
 * Which key a call uses, as long as it is in memory.
 *
 * @param operation the operation the key belongs to
 * @param scope whose key it is; blank where all callers share their keys
 * @param text the key
 */
record CallKey(String operation, String scope, String text) {

    /** The key as stores know it. */
    IdempotencyKey hashed() {
        return new IdempotencyKey(this.operation, this.scope, Sha256.hex(this.text));
    }
}
