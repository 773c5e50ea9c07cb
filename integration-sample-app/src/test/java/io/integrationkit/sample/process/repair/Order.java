package io.integrationkit.sample.process.repair;

import io.integrationkit.event.EventType;
import java.nio.charset.StandardCharsets;

/**
 * An order of a customer.
 *
 * @param customer whose order it is; orders of a customer follow one another
 * @param number rises by one with each order of the customer
 */
@EventType(value = "order", key = "customer")
record Order(int customer, long number) {

    private static final int OF_A_KIND = 3;

    static Order of(byte[] payload) {
        String[] parts = new String(payload, StandardCharsets.US_ASCII).split(" ");
        return new Order(Integer.parseInt(parts[0]), Long.parseLong(parts[1]));
    }

    byte[] payload() {
        return (this.customer + " " + this.number).getBytes(StandardCharsets.US_ASCII);
    }

    String key() {
        return "customer-" + this.customer;
    }

    /** Each third order cannot be done while something is down. */
    boolean needsWhatIsDown() {
        return this.number % OF_A_KIND == 0;
    }
}
