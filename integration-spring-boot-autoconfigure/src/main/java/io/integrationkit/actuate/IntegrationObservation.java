package io.integrationkit.actuate;

import io.micrometer.common.docs.KeyName;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationConvention;
import io.micrometer.observation.docs.ObservationDocumentation;

/** The observations that are started where there is a tracer. */
public enum IntegrationObservation implements ObservationDocumentation {
    /** A call of an operation, with all its attempts and waits. */
    CALL {
        @Override
        public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
            return DefaultCallObservationConvention.class;
        }

        @Override
        public KeyName[] getLowCardinalityKeyNames() {
            return CallKeys.values();
        }
    },
    /** One attempt of a call. */
    ATTEMPT {
        @Override
        public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
            return DefaultAttemptObservationConvention.class;
        }

        @Override
        public KeyName[] getLowCardinalityKeyNames() {
            return AttemptKeys.values();
        }

        @Override
        public KeyName[] getHighCardinalityKeyNames() {
            return AttemptDetails.values();
        }
    };

    @Override
    public String getPrefix() {
        return "integration";
    }

    /** Low-cardinality keys of a call. */
    public enum CallKeys implements KeyName {
        /** Name of the operation. */
        OPERATION {
            @Override
            public String asString() {
                return "operation";
            }
        },
        /** How the call ended, as the meters tell it; {@code unknown} until then. */
        OUTCOME {
            @Override
            public String asString() {
                return "outcome";
            }
        }
    }

    /** Low-cardinality keys of an attempt. */
    public enum AttemptKeys implements KeyName {
        /** Name of the operation. */
        OPERATION {
            @Override
            public String asString() {
                return "operation";
            }
        }
    }

    /** High-cardinality keys of an attempt, which reach traces only. */
    public enum AttemptDetails implements KeyName {
        /** Number of the attempt; the first is 1. */
        ATTEMPT {
            @Override
            public String asString() {
                return "attempt";
            }
        }
    }
}
