package io.integrationkit.sample.demo;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the demo.
 *
 * @param enabled Whether the hub puts itself under load once it is started.
 * @param deliveries File of deliveries to send, a JSON object a line; a bundled set if none is named.
 * @param count Number of deliveries to send.
 * @param duplicateShare Share of deliveries that is sent twice.
 * @param concurrency Number of requests sent at a time.
 * @param seed Seed of ids, duplicates and faults.
 * @param repair Whether the chat is repaired after the load and what was given up is replayed; otherwise that is left to you.
 * @param exit Whether the application ends after the demo, with the verdict as its exit code.
 * @param report File to write the figures to, as JSON; none if not set.
 */
@ConfigurationProperties(value = "demo", ignoreUnknownFields = false)
public record DemoProperties(
        @DefaultValue("false") boolean enabled,
        @Nullable Path deliveries,
        @DefaultValue("2000") int count,
        @DefaultValue("0.2") double duplicateShare,
        @DefaultValue("8") int concurrency,
        @DefaultValue("42") long seed,
        @DefaultValue("true") boolean repair,
        @DefaultValue("true") boolean exit,
        @Nullable Path report) {

    public DemoProperties {
        require(count > 0, "demo.count", "at least 1", count);
        require(concurrency > 0, "demo.concurrency", "at least 1", concurrency);
        require(duplicateShare >= 0 && duplicateShare <= 1, "demo.duplicate-share", "from 0 to 1", duplicateShare);
    }

    private static void require(boolean condition, String property, String range, Object value) {
        if (!condition) {
            throw new IllegalArgumentException("'%s' must be %s but is %s".formatted(property, range, value));
        }
    }

    LoadPlan plan() {
        return new LoadPlan(
                DeliveryFile.read(this.deliveries).cycle(this.count, this.seed),
                this.duplicateShare,
                this.concurrency,
                this.seed);
    }
}
