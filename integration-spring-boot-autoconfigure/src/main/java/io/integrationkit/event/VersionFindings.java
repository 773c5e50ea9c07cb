package io.integrationkit.event;

import io.integrationkit.failure.ProblemCode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What is wrong with the versions of the events, with what to change. */
final class VersionFindings {

    private final List<String> problems = new ArrayList<>();

    private final Set<String> actions = new LinkedHashSet<>();

    VersionFindings() {}

    VersionFindings(VersionFindings other) {
        this.problems.addAll(other.problems);
        this.actions.addAll(other.actions);
    }

    void add(String problem, String action) {
        this.problems.add(problem);
        this.actions.add(action);
    }

    void twoRoutes(String type, VersionChain.Step first, VersionChain.Step second) {
        add(
                "Event type '%s': '%s' and '%s' both lead away from version %d"
                        .formatted(type, first.name(), second.name(), first.fromVersion()),
                "Remove '%s' or '%s', or correct its version.".formatted(first.name(), second.name()));
    }

    void throwIfAny() {
        if (!this.problems.isEmpty()) {
            throw new EventConfigurationException(
                    ProblemCode.EVENT_VERSIONS_INVALID,
                    String.join(System.lineSeparator(), this.problems),
                    String.join(System.lineSeparator(), this.actions));
        }
    }
}
