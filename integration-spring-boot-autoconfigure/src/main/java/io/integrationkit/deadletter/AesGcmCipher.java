package io.integrationkit.deadletter;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts with AES-GCM under keys of its own, one of which is for what is written now. To change the key, add a new one,
 * make it the current one on all instances, and keep the old one until no entry names it any more. Nonces are random:
 * change the key after some billion entries. Immutable, safe for use by any number of threads.
 */
public final class AesGcmCipher implements DeadLetterCipher {

    private static final String TRANSFORMATION = "AES/GCM/NoPadding";

    private static final byte VERSION = 1;

    private static final int NONCE_BYTES = 12;

    private static final int TAG_BITS = 128;

    private final Map<String, SecretKey> keys;

    private final String currentKeyId;

    private final SecureRandom random;

    /**
     * Creates a cipher.
     *
     * @param keys keys by their ids, each of 16, 24 or 32 bytes; copied
     * @param currentKeyId id of the key for what is written now
     * @param random makes the nonces
     * @throws IllegalArgumentException if a key has another length, or there is none of the current id
     */
    public AesGcmCipher(Map<String, byte[]> keys, String currentKeyId, SecureRandom random) {
        this.keys = keys.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, (key) -> key(key.getKey(), key.getValue())));
        if (!this.keys.containsKey(currentKeyId)) {
            throw new IllegalArgumentException("There is no key '%s'".formatted(currentKeyId));
        }
        this.currentKeyId = currentKeyId;
        this.random = random;
    }

    private static SecretKey key(String id, byte[] bytes) {
        if (bytes.length != 16 && bytes.length != 24 && bytes.length != 32) {
            throw new IllegalArgumentException(
                    "Key '%s' has %d bytes; a key of AES has 16, 24 or 32".formatted(id, bytes.length));
        }
        return new SecretKeySpec(bytes, "AES");
    }

    @Override
    public String keyId() {
        return this.currentKeyId;
    }

    @Override
    public byte[] encrypt(String keyId, byte[] plain, byte[] associatedData) {
        byte[] nonce = new byte[NONCE_BYTES];
        this.random.nextBytes(nonce);
        byte[] encrypted = run(Cipher.ENCRYPT_MODE, keyId, nonce, plain, 0, associatedData);
        byte[] sealed = new byte[1 + NONCE_BYTES + encrypted.length];
        sealed[0] = VERSION;
        System.arraycopy(nonce, 0, sealed, 1, NONCE_BYTES);
        System.arraycopy(encrypted, 0, sealed, 1 + NONCE_BYTES, encrypted.length);
        return sealed;
    }

    @Override
    public byte[] decrypt(String keyId, byte[] cipherText, byte[] associatedData) {
        if (cipherText.length < 1 + NONCE_BYTES + TAG_BITS / 8 || cipherText[0] != VERSION) {
            throw new IllegalArgumentException("This was not encrypted here");
        }
        byte[] nonce = Arrays.copyOfRange(cipherText, 1, 1 + NONCE_BYTES);
        return run(Cipher.DECRYPT_MODE, keyId, nonce, cipherText, 1 + NONCE_BYTES, associatedData);
    }

    private byte[] run(int mode, String keyId, byte[] nonce, byte[] input, int from, byte[] associatedData) {
        SecretKey key = this.keys.get(keyId);
        if (key == null) {
            throw new IllegalArgumentException("There is no key '%s'".formatted(keyId));
        }
        try {
            Cipher cipher = Cipher.getInstance(TRANSFORMATION);
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(associatedData);
            return cipher.doFinal(input, from, input.length - from);
        } catch (GeneralSecurityException ex) {
            throw new IllegalStateException("AES-GCM failed under key '%s'".formatted(keyId), ex);
        }
    }
}
