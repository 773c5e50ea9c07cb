package io.integrationkit.actuate;

import io.integrationkit.actuate.IntegrationObservation.MessageKeys;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is told of a message unless the application says otherwise. */
final class DefaultMessageObservationConvention implements MessageObservationConvention {

    @Override
    public String getName() {
        return "integration.events.handle";
    }

    @Override
    public String getContextualName(Observation.Context context) {
        return "handle " + message(context).handler();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(Observation.Context context) {
        HandledMessage message = message(context);
        // The same keys from the beginning: a handler may register meters by them.
        return KeyValues.of(
                MessageKeys.HANDLER.withValue(message.handler()),
                MessageKeys.TYPE.withValue(message.type()),
                MessageKeys.OUTCOME.withValue(told(message.outcome(), "unknown")),
                MessageKeys.CATEGORY.withValue(told(message.category(), "none")));
    }

    private static String told(@Nullable Enum<?> value, String without) {
        return (value != null) ? value.name().toLowerCase(Locale.ROOT).replace('_', '-') : without;
    }

    private static HandledMessage message(Observation.Context context) {
        return ((ObservedMessage) context).message();
    }
}
