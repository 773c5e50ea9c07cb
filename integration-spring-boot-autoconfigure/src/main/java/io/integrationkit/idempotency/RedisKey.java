package io.integrationkit.idempotency;

import io.integrationkit.idempotency.KeyStatus.Phase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A key as a script read it, with the server's time of that moment. */
record RedisKey(KeyState state, long nowMicros) {

    /** Reads state, fingerprint, owner, epoch, lease, retention, kind, payload, dead letter and the server's time. */
    static RedisKey read(List<byte @Nullable []> values) {
        long now = number(values.get(9));
        byte[] kind = values.get(6);
        KeyState state = new KeyState(
                Phase.valueOf(text(values.get(0))),
                text(values.get(1)),
                text(values.get(2)),
                number(values.get(3)),
                left(values.get(4), now),
                left(values.get(5), now),
                (kind != null) ? new StoredResult(StoredResult.Kind.valueOf(text(kind)), values.get(7)) : null,
                (values.get(8) != null) ? text(values.get(8)) : null);
        return new RedisKey(state, now);
    }

    static Duration left(byte @Nullable [] until, long now) {
        return Duration.of(number(until) - now, ChronoUnit.MICROS);
    }

    static long number(byte @Nullable [] value) {
        return Long.parseLong(text(value));
    }

    static String text(byte @Nullable [] value) {
        if (value == null) {
            throw new IllegalStateException(
                    "An idempotency key in Redis lacks a field; something else writes its keys");
        }
        return new String(value, StandardCharsets.UTF_8);
    }
}
