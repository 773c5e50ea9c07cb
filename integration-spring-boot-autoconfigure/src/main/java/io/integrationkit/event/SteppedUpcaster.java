package io.integrationkit.event;

import tools.jackson.databind.node.ObjectNode;

/** An upcaster of ready-made steps. */
record SteppedUpcaster(String type, int fromVersion, PayloadSteps steps) implements Upcaster {

    @Override
    public ObjectNode upcast(ObjectNode payload) {
        return this.steps.apply(payload);
    }
}
