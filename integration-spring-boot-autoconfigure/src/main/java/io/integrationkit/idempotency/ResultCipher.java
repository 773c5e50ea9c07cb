package io.integrationkit.idempotency;

/**
 * Encrypts results before they are stored, and remembered failures too. A bean of this type is all that is needed; kind
 * and key of a result stay readable, and results that were stored before the bean was there are read as they are.
 *
 * <p>Called by any number of threads, outside of locks. What it throws is never fatal to the work: a result that cannot
 * be encrypted is not stored at all, and its repetitions fail.
 */
public interface ResultCipher {

    /**
     * Encrypts a result.
     *
     * @param key the key it belongs to; bind the result to it (as associated data), so that nobody can move it to
     *     another key
     * @param plain the result
     * @return what is stored
     */
    byte[] encrypt(IdempotencyKey key, byte[] plain);

    /**
     * Decrypts a result.
     *
     * @param key the key it belongs to
     * @param sealed what was stored
     * @return the result
     * @throws RuntimeException if it was not encrypted by this cipher, for this key
     */
    byte[] decrypt(IdempotencyKey key, byte[] sealed);
}
