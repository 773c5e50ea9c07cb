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
    },
    /** The handling of one message by one listener or handler. */
    MESSAGE {
        @Override
        public Class<? extends ObservationConvention<? extends Observation.Context>> getDefaultConvention() {
            return DefaultMessageObservationConvention.class;
        }

        @Override
        public KeyName[] getLowCardinalityKeyNames() {
            return MessageKeys.values();
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

    /** Low-cardinality keys of a message. */
    public enum MessageKeys implements KeyName {
        /** Id of the listener, or name of the handler. */
        HANDLER {
            @Override
            public String asString() {
                return "handler";
            }
        },
        /** Type of the event if this application knows it; {@code other} or {@code none}. */
        TYPE {
            @Override
            public String asString() {
                return "type";
            }
        },
        /** {@code handled}, {@code duplicate} or {@code failed}; {@code unknown} until then. */
        OUTCOME {
            @Override
            public String asString() {
                return "outcome";
            }
        },
        /** Category of the failure; {@code none} without one. */
        CATEGORY {
            @Override
            public String asString() {
                return "category";
            }
        }
    }
}
