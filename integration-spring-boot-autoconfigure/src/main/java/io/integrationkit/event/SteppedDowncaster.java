package io.integrationkit.event;

import tools.jackson.databind.node.ObjectNode;

/** A downcaster of ready-made steps. */
record SteppedDowncaster(String type, int fromVersion, PayloadSteps steps) implements Downcaster {

    @Override
    public ObjectNode downcast(ObjectNode payload) {
        return this.steps.apply(payload);
    }
}
