package io.integrationkit.actuate;

import io.integrationkit.deduplicate.DeduplicationStatistics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.config.MeterFilter;
import java.util.List;

/**
 * The counter {@code integration.deduplicate.duplicates}, tag {@code consumer}: messages that were recognised as
 * duplicates, each of a batch counted. It is there for each consumer from its definition on. Where a filter takes the tag
 * away, it is the sum of all consumers. Ids are never a tag.
 */
public final class DeduplicationMeters implements MeterBinder {

    private final DeduplicationStatistics statistics;

    private final List<MeterFilter> filters;

    /**
     * Creates the meters.
     *
     * @param statistics what was recognised
     * @param filters filters of the registry or, if it is a composite, of its parts; asked, for a composite, what they make
     *     of the tags
     */
    public DeduplicationMeters(DeduplicationStatistics statistics, List<MeterFilter> filters) {
        this.statistics = statistics;
        this.filters = List.copyOf(filters);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        SummedMeters meters = new SummedMeters(registry, this.filters);
        this.statistics.onConsumer((consumer) -> meters.counter(
                "integration.deduplicate.duplicates",
                "Messages that were recognised as duplicates",
                Tags.of("consumer", consumer),
                () -> this.statistics.duplicates(consumer)));
    }
}
