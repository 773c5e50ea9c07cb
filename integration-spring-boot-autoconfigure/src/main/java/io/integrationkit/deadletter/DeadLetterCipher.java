package io.integrationkit.deadletter;

/**
 * Port: encrypts arguments, payloads and headers of dead letters before they are written to the database. A bean of this
 * type is all that is needed. Entries that were stored before it was there stay readable, and so do those under an older
 * key as long as this knows it. Names, keys, ids and the message of the failure stay in clear: they are searched for.
 *
 * <p>Called by any number of threads; {@link #decrypt} also while a connection and locks of the database are held.
 *
 * @see AesGcmCipher
 */
public interface DeadLetterCipher {

    /**
     * Names the key for what is written now.
     *
     * @return id of the key, 1 to 100 characters; stored with the entry, in clear
     */
    String keyId();

    /**
     * Encrypts.
     *
     * @param keyId id of the key, as {@link #keyId()} gave it
     * @param plain what is to be encrypted
     * @param associatedData tells the entry and what of it this is; bind the result to it, so that nobody can move it to
     *     another entry
     * @return what is stored
     * @throws RuntimeException if it cannot be encrypted; the entry is not stored then, so the caller gets the exception,
     *     or the message comes again
     */
    byte[] encrypt(String keyId, byte[] plain, byte[] associatedData);

    /**
     * Decrypts.
     *
     * @param keyId id of the key under which it was encrypted
     * @param cipherText what was stored
     * @param associatedData the same as when it was encrypted
     * @return what was encrypted
     * @throws RuntimeException if the key is unknown, or it was not encrypted under it, for this entry; the entry stays as
     *     it is then, and can neither be shown nor replayed
     */
    byte[] decrypt(String keyId, byte[] cipherText, byte[] associatedData);
}
