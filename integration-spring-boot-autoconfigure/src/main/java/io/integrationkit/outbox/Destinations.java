package io.integrationkit.outbox;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The destinations of the application, in the order in which they are asked. */
record Destinations(List<MessageDestination> all) {

    Destinations {
        all = List.copyOf(all);
    }

    @Nullable
    MessageDestination find(String destination) {
        for (MessageDestination candidate : this.all) {
            if (candidate.accepts(destination)) {
                return candidate;
            }
        }
        return null;
    }

    int mostInFlight(String destination) {
        MessageDestination found = find(destination);
        return (found != null) ? found.mostInFlight() : 1;
    }

    /** Refuses what nobody could ever deliver while the publisher can still be told. */
    void require(String destination) {
        if (find(destination) == null) {
            throw unknown(destination);
        }
    }

    ProblemException unknown(String destination) {
        return new ProblemException(
                ProblemCode.DESTINATION_UNKNOWN,
                FailureCategory.VALIDATION,
                this.all.isEmpty()
                        ? "Nothing delivers to '%s': add spring-boot-starter-kafka or define a MessageDestination bean"
                                .formatted(destination)
                        : ("None of the %d destinations accepts '%s': name a Kafka topic, or define a"
                                        + " MessageDestination bean that accepts it")
                                .formatted(this.all.size(), destination));
    }
}
