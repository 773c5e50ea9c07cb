package io.integrationkit.outbox;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** The states of all destinations that were sent to. Used by the relay's thread only. */
final class DestinationStates {

    private final Destinations destinations;

    private final RelayCounters counters;

    private final Map<String, DestinationState> states = new HashMap<>();

    DestinationStates(Destinations destinations, RelayCounters counters) {
        this.destinations = destinations;
        this.counters = counters;
    }

    DestinationState of(String name) {
        DestinationState state = this.states.get(name);
        if (state == null) {
            state = new DestinationState(name, this.counters, this.destinations.mostInFlight(name));
            this.states.put(name, state);
        }
        return state;
    }

    /** Those to which nothing may be sent now. */
    Set<String> unreachable(long now) {
        Set<String> unreachable = new HashSet<>();
        this.states.forEach((destination, state) -> {
            if (!state.maySend(now)) {
                unreachable.add(destination);
            }
        });
        return unreachable;
    }

    /** When the first one that is left alone now may be asked again, monotonic. */
    OptionalLong pausedUntil(long now) {
        return this.states.values().stream()
                .filter((state) -> state.paused(now))
                .mapToLong(DestinationState::pausedUntil)
                .reduce((one, other) -> (one - other < 0) ? one : other);
    }
}
