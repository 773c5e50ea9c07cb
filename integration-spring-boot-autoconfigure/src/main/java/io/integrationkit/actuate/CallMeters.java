package io.integrationkit.actuate;

import io.integrationkit.call.CallObserver;
import io.integrationkit.call.Operation;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.List;

/**
 * Counts and times the calls of each operation: {@code integration.calls} (timer, tags {@code operation} and
 * {@code outcome}), {@code integration.call.attempts} (attempts beyond the calls are retries),
 * {@code integration.call.overruns} (attempts that went on after their time was over),
 * {@code integration.call.refusals} (calls refused, tag {@code reason}). Meters are registered once per operation and
 * outcome or reason.
 *
 * <p>What a call writes are two striped sums, which the registry reads when it is asked; a Micrometer {@code Timer},
 * which costs several times as much, stands there only if a filter wants a histogram or percentiles of
 * {@code integration.calls}. Without it there is count and total time, and no maximum.
 *
 * <p>Where a filter takes a tag away, what differed by it is one meter, the sum of all. Of a composite registry that holds
 * for the filters given here, and not for one that a part of it has alone.
 */
public final class CallMeters implements CallObserver {

    static final String CALLS = "integration.calls";

    private final MeterRegistry registry;

    private final SummedMeters meters;

    private final boolean distribution;

    /**
     * Creates the meters.
     *
     * @param registry where they are registered
     * @param filters filters of that registry or, if it is a composite, of its parts; asked whether they want a
     *     distribution and, for a composite, what they make of the tags
     */
    public CallMeters(MeterRegistry registry, List<MeterFilter> filters) {
        this.registry = registry;
        this.meters = new SummedMeters(registry, filters);
        this.distribution = wantsDistribution(filters);
    }

    private static boolean wantsDistribution(List<MeterFilter> filters) {
        Meter.Id id = new Meter.Id(CALLS, Tags.empty(), null, null, Meter.Type.TIMER);
        DistributionStatisticConfig config = DistributionStatisticConfig.DEFAULT;
        for (MeterFilter filter : filters) {
            DistributionStatisticConfig changed = filter.configure(id, config);
            config = (changed != null) ? changed : config;
        }
        return config.isPublishingHistogram() || config.isPublishingPercentiles();
    }

    @Override
    public OfOperation observe(Operation operation) {
        return new OperationMeters(this.registry, this.meters, operation.name(), this.distribution);
    }
}
