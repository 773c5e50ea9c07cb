package io.integrationkit.autoconfigure.actuate;

import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Keeps the observations in the order in which they began, and those that ended in the order in which they did. */
final class RecordedObservations implements ObservationHandler<Observation.Context> {

    private final List<Observation.Context> begun = new CopyOnWriteArrayList<>();

    private final List<Observation.Context> ended = new CopyOnWriteArrayList<>();

    @Override
    public void onStart(Observation.Context context) {
        this.begun.add(context);
    }

    @Override
    public void onStop(Observation.Context context) {
        this.ended.add(context);
    }

    @Override
    public boolean supportsContext(Observation.Context context) {
        return true;
    }

    List<Observation.Context> begun(String name) {
        return named(this.begun, name);
    }

    /** Twice what ended twice. */
    List<Observation.Context> ended(String name) {
        return named(this.ended, name);
    }

    Observation.Context call() {
        List<Observation.Context> calls = ended("integration.call");
        if (calls.size() != 1) {
            throw new AssertionError("not one call: " + calls);
        }
        return calls.get(0);
    }

    List<String> order() {
        return this.ended.stream().map(Observation.Context::getName).toList();
    }

    List<String> attempts() {
        return begun("integration.attempt").stream()
                .map((context) -> value(context.getHighCardinalityKeyValue("attempt")))
                .toList();
    }

    String outcome() {
        return value(call().getLowCardinalityKeyValue("outcome"));
    }

    private static String value(@Nullable KeyValue key) {
        return Objects.requireNonNull(key).getValue();
    }

    private static List<Observation.Context> named(List<Observation.Context> contexts, String name) {
        return contexts.stream()
                .filter((context) -> name.equals(context.getName()))
                .toList();
    }
}
