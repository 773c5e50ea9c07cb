package io.integrationkit.idempotency;

import io.integrationkit.context.Sha256;

/**
 * What tells the content of a call from that of another one with the same key.
 *
 * @param hash SHA-256 of the content, in hexadecimal
 * @param size length of the content
 */
record Fingerprint(String hash, int size) {

    static Fingerprint of(String content) {
        return new Fingerprint(Sha256.hex(content), content.length());
    }
}
