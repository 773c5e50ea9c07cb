package io.integrationkit.idempotency;

/**
 * Identity of a key. Its text is not part of it: keys may be sensitive.
 *
 * @param operation the operation the key belongs to
 * @param scope whose key it is; blank where all callers share their keys
 * @param hash SHA-256 of the key, in hexadecimal
 */
public record IdempotencyKey(String operation, String scope, String hash) {

    /** All of it, so that no two keys look the same. */
    String identity() {
        return "%d:%s%d:%s%s"
                .formatted(this.operation.length(), this.operation, this.scope.length(), this.scope, this.hash);
    }

    @Override
    public String toString() {
        return this.operation + "/" + this.hash;
    }
}
