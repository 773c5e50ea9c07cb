package io.integrationkit.autoconfigure.call;

import io.integrationkit.call.Call;
import io.integrationkit.call.CallObserver;
import io.integrationkit.call.Operation;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several observers as one. Each is told of each call, also where one before it throws, which it must not and which is
 * logged.
 */
final class ObserversInTurn implements CallObserver {

    private static final Logger logger = LoggerFactory.getLogger(ObserversInTurn.class);

    private final List<CallObserver> observers;

    private ObserversInTurn(List<CallObserver> observers) {
        this.observers = observers;
    }

    /** The usual one observer stays what it is, so that nothing stands between it and the call. */
    static CallObserver of(List<CallObserver> observers) {
        return switch (observers.size()) {
            case 0 -> NONE;
            case 1 -> observers.get(0);
            default -> new ObserversInTurn(observers);
        };
    }

    @Override
    public OfOperation observe(Operation operation) {
        OfOperation[] all = this.observers.stream()
                .map((observer) -> observer.observe(operation))
                .toArray(OfOperation[]::new);
        return (call, nanos) -> {
            for (OfOperation observer : all) {
                tell(observer, operation, call, nanos);
            }
        };
    }

    private static void tell(OfOperation observer, Operation operation, Call call, long nanos) {
        try {
            observer.completed(call, nanos);
        } catch (RuntimeException ex) {
            // How the call ended must reach its caller, not this.
            logger.warn(
                    "Observer {} failed for a call of {}; it was passed over",
                    observer.getClass().getName(),
                    operation.name(),
                    ex);
        }
    }
}
