package io.integrationkit.actuate;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;

/**
 * Names and keys of the observation of a message; a bean of this type takes the place of the kit's own. Each context it
 * gets is an {@link ObservedMessage}.
 */
public interface MessageObservationConvention extends ObservationConvention<Observation.Context> {

    @Override
    default boolean supportsContext(Observation.Context context) {
        return context instanceof ObservedMessage;
    }
}
