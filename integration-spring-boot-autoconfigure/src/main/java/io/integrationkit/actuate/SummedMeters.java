package io.integrationkit.actuate;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * Registers counters and timers that are read. Where the filters of the registry leave several of them one id, because
 * they take away the tag by which they differ, there is one meter, the sum of all; the registry would read the first and
 * say nothing of the others. Safe for use by any number of threads.
 */
final class SummedMeters {

    private final MeterRegistry registry;

    /** A composite does not tell what its parts make of an id; Spring Boot gives all parts the same filters. */
    private final List<MeterFilter> filtersOfParts;

    private final Map<Meter.Id, Sources> byId = new HashMap<>();

    SummedMeters(MeterRegistry registry, List<MeterFilter> filters) {
        this.registry = registry;
        this.filtersOfParts = (registry instanceof CompositeMeterRegistry) ? List.copyOf(filters) : List.of();
    }

    /** Registers a counter of something that never falls. */
    void counter(String name, String description, Tags tags, LongSupplier count) {
        add(
                new Meter.Id(name, tags, null, description, Meter.Type.COUNTER),
                new Source(count, () -> 0),
                (sources) -> FunctionCounter.builder(name, sources, Sources::count)
                        .description(description)
                        .tags(tags)
                        .register(this.registry));
    }

    /** Registers a timer of something whose number and nanoseconds never fall. */
    void timer(String name, String description, Tags tags, LongSupplier count, LongSupplier nanos) {
        add(
                new Meter.Id(name, tags, null, description, Meter.Type.TIMER),
                new Source(count, nanos),
                (sources) -> FunctionTimer.builder(name, sources, Sources::count, Sources::nanos, TimeUnit.NANOSECONDS)
                        .description(description)
                        .tags(tags)
                        .register(this.registry));
    }

    private synchronized void add(Meter.Id asked, Source source, Function<Sources, Meter> register) {
        Sources known = this.filtersOfParts.isEmpty() ? null : this.byId.get(inParts(asked));
        if (known == null) {
            Sources own = new Sources();
            Meter.Id registered = register.apply(own).getId();
            known = this.byId.computeIfAbsent(inParts(registered), (id) -> own);
            this.byId.putIfAbsent(inParts(asked), known);
        }
        known.add(source);
    }

    private Meter.Id inParts(Meter.Id id) {
        Meter.Id mapped = id;
        for (MeterFilter filter : this.filtersOfParts) {
            mapped = filter.map(mapped);
        }
        return mapped;
    }

    private record Source(LongSupplier count, LongSupplier nanos) {}

    /** What one meter reads; kept here, as the registry holds it by a weak reference only. */
    private static final class Sources {

        private final List<Source> all = new CopyOnWriteArrayList<>();

        void add(Source source) {
            this.all.add(source);
        }

        long count() {
            return sum((source) -> source.count().getAsLong());
        }

        double nanos() {
            return sum((source) -> source.nanos().getAsLong());
        }

        private long sum(ToLongFunction<Source> part) {
            return this.all.stream().mapToLong(part).sum();
        }
    }
}
