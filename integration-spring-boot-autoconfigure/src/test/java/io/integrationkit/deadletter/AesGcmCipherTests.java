package io.integrationkit.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AesGcmCipherTests {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final byte[] PLAIN = "{\"canary\":1}".getBytes(StandardCharsets.UTF_8);

    private static final byte[] ENTRY = {1, 2, 3};

    private final Map<String, byte[]> keys = new HashMap<>(Map.of("k1", key()));

    private final AesGcmCipher cipher = new AesGcmCipher(this.keys, "k1", RANDOM);

    static byte[] key() {
        byte[] key = new byte[32];
        RANDOM.nextBytes(key);
        return key;
    }

    @Test
    void whatIsEncryptedIsReadAgainAlsoAfterTheKeyHasChanged() {
        byte[] sealed = this.cipher.encrypt("k1", PLAIN, ENTRY);
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("canary");
        assertThat(this.cipher.encrypt("k1", PLAIN, ENTRY)).isNotEqualTo(sealed);

        this.keys.put("k2", key());
        AesGcmCipher rotated = new AesGcmCipher(this.keys, "k2", RANDOM);

        assertThat(rotated.keyId()).isEqualTo("k2");
        assertThat(rotated.decrypt("k1", sealed, ENTRY)).isEqualTo(PLAIN);
        assertThat(rotated.decrypt("k2", rotated.encrypt("k2", new byte[0], ENTRY), ENTRY))
                .isEmpty();
    }

    @Test
    void whatWasChangedMovedOrIsUnderAnotherKeyIsRefused() {
        byte[] sealed = this.cipher.encrypt("k1", PLAIN, ENTRY);
        for (int i = 0; i < sealed.length; i++) {
            byte[] changed = sealed.clone();
            changed[i] ^= 1;
            assertThatException().isThrownBy(() -> this.cipher.decrypt("k1", changed, ENTRY));
        }
        assertThatException().isThrownBy(() -> this.cipher.decrypt("k1", sealed, new byte[] {1, 2, 4}));
        assertThatException().isThrownBy(() -> this.cipher.decrypt("k2", sealed, ENTRY));
        assertThatException().isThrownBy(() -> this.cipher.decrypt("k1", new byte[5], ENTRY));
        AesGcmCipher other = new AesGcmCipher(Map.of("k1", key()), "k1", RANDOM);
        assertThatException().isThrownBy(() -> other.decrypt("k1", sealed, ENTRY));
    }

    @Test
    void keysThatCannotWorkAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AesGcmCipher(Map.of("k1", new byte[31]), "k1", RANDOM))
                .withMessageContaining("'k1' has 31 bytes");
        assertThatIllegalArgumentException().isThrownBy(() -> new AesGcmCipher(this.keys, "k2", RANDOM));
    }
}
