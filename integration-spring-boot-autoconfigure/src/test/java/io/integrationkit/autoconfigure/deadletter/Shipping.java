package io.integrationkit.autoconfigure.deadletter;

import io.integrationkit.context.Correlation;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.Reliable;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A bean whose calls go wrong until its carrier is repaired. */
class Shipping {

    final List<Parcel> shipped = new ArrayList<>();

    final List<String> billed = new ArrayList<>();

    final List<@Nullable String> correlationIds = new ArrayList<>();

    @Nullable
    RuntimeException broken;

    @GivesUp
    void ship(String id, Parcel parcel) {
        this.correlationIds.add(Correlation.current());
        if (this.broken != null) {
            throw this.broken;
        }
        this.shipped.add(parcel);
    }

    @GivesUp
    BigDecimal price(String id) {
        if (this.broken != null) {
            throw this.broken;
        }
        return BigDecimal.TEN;
    }

    @Reliable(maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
    void bill(String id) {
        if (this.broken != null) {
            throw this.broken;
        }
        this.billed.add(id);
    }

    record Parcel(String address, BigDecimal weight, Instant pickup) {}
}
