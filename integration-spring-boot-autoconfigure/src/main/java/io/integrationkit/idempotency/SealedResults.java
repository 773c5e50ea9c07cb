package io.integrationkit.idempotency;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Puts stored results under the cipher of the application, if it has one. A mark before them tells that they are. */
final class SealedResults {

    /** Begins no JSON document. */
    private static final byte SEALED = 1;

    private final @Nullable ResultCipher cipher;

    SealedResults(@Nullable ResultCipher cipher) {
        this.cipher = cipher;
    }

    byte[] seal(IdempotencyKey key, byte[] plain) {
        if (this.cipher == null) {
            return plain;
        }
        byte[] sealed = this.cipher.encrypt(key, plain);
        byte[] marked = new byte[sealed.length + 1];
        marked[0] = SEALED;
        System.arraycopy(sealed, 0, marked, 1, sealed.length);
        return marked;
    }

    byte[] open(IdempotencyKey key, byte[] stored) throws SealedException {
        if (stored.length == 0 || stored[0] != SEALED) {
            return stored;
        }
        if (this.cipher == null) {
            throw new SealedException("it was encrypted, and the application has no bean of type %s any more"
                    .formatted(ResultCipher.class.getName()));
        }
        try {
            return this.cipher.decrypt(key, Arrays.copyOfRange(stored, 1, stored.length));
        } catch (RuntimeException ex) {
            // Nobody knows what the message of a cipher quotes.
            throw new SealedException("the bean of type %s (%s) could not decrypt it: %s"
                    .formatted(
                            ResultCipher.class.getName(),
                            this.cipher.getClass().getName(),
                            ex.getClass().getName()));
        }
    }

    /** A result that nobody can read. */
    static final class SealedException extends Exception {

        private static final long serialVersionUID = 1L;

        private final String why;

        SealedException(String why) {
            super(why);
            this.why = why;
        }

        String why() {
            return this.why;
        }
    }
}
