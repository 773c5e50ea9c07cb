package io.integrationkit.actuate;

import io.integrationkit.actuate.IntegrationObservation.CallKeys;
import io.integrationkit.call.CallOutcome;
import io.micrometer.common.KeyValues;
import java.util.Locale;

/** What is told of a call unless the application says otherwise. */
final class DefaultCallObservationConvention implements CallObservationConvention {

    @Override
    public String getName() {
        return "integration.call";
    }

    @Override
    public String getContextualName(CallObservationContext context) {
        return "call " + context.operation().name();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(CallObservationContext context) {
        CallOutcome outcome = context.outcome();
        // The same keys from the beginning: a handler may register meters by them.
        String told =
                (outcome != null) ? outcome.name().toLowerCase(Locale.ROOT).replace('_', '-') : "unknown";
        return KeyValues.of(CallKeys.OPERATION.withValue(context.operation().name()), CallKeys.OUTCOME.withValue(told));
    }
}
