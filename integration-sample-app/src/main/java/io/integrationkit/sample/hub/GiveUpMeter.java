package io.integrationkit.sample.hub;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.reliable.FailedCall;
import io.integrationkit.reliable.FailureHandler;
import io.integrationkit.reliable.Recovery;
import io.integrationkit.reliable.RetryStopped;
import io.integrationkit.reliable.RetryStopped.Rule;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/** Counts by which rule calls are given up ({@code hub.calls.given.up}), and leaves what becomes of them to others. */
@Component
class GiveUpMeter implements FailureHandler {

    private final Map<Rule, Counter> counters = new EnumMap<>(Rule.class);

    GiveUpMeter(MeterRegistry registry) {
        for (Rule rule : Rule.values()) {
            String tag = rule.name().toLowerCase(Locale.ROOT).replace('_', '-');
            this.counters.put(rule, registry.counter("hub.calls.given.up", "rule", tag));
        }
    }

    @Override
    public Recovery handle(FailedCall call) {
        if (call.failure().category() == FailureCategory.REJECTED) {
            count(Rule.REFUSED);
        } else {
            Stream.of(call.cause().getSuppressed())
                    .filter((suppressed) -> suppressed instanceof RetryStopped)
                    .map(RetryStopped.class::cast)
                    .filter((stopped) -> stopped.operation().equals(call.operation()))
                    .findFirst()
                    .ifPresent((stopped) -> count(stopped.rule()));
        }
        return Recovery.propagate();
    }

    private void count(Rule rule) {
        Counter counter = this.counters.get(rule);
        if (counter != null) {
            counter.increment();
        }
    }
}
