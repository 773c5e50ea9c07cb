package io.integrationkit.sample.process.outbox;

import java.nio.charset.StandardCharsets;

/**
 * One change of a key, as it travels.
 *
 * @param key which row
 * @param version its version after the change
 * @param mark tells it from a change to the same version that was rolled back
 * @param instance who published it
 */
record Version(int key, long version, String mark, String instance) {

    private static final String FILL = "x".repeat(200);

    static Version of(byte[] payload) {
        String[] parts = new String(payload, StandardCharsets.US_ASCII).split(" ");
        return new Version(Integer.parseInt(parts[0]), Long.parseLong(parts[1]), parts[2], parts[3]);
    }

    byte[] payload() {
        return "%d %d %s %s %s"
                .formatted(this.key, this.version, this.mark, this.instance, FILL)
                .getBytes(StandardCharsets.US_ASCII);
    }
}
