package io.integrationkit.actuate;

import io.integrationkit.actuate.IntegrationObservation.AttemptDetails;
import io.integrationkit.actuate.IntegrationObservation.AttemptKeys;
import io.micrometer.common.KeyValues;

/** What is told of an attempt unless the application says otherwise. */
final class DefaultAttemptObservationConvention implements AttemptObservationConvention {

    @Override
    public String getName() {
        return "integration.attempt";
    }

    @Override
    public String getContextualName(AttemptObservationContext context) {
        return "attempt " + context.operation().name();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(AttemptObservationContext context) {
        return KeyValues.of(AttemptKeys.OPERATION.withValue(context.operation().name()));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(AttemptObservationContext context) {
        return KeyValues.of(AttemptDetails.ATTEMPT.withValue(Integer.toString(context.attempt())));
    }
}
