package io.integrationkit.event;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** The rules that upcasters, downcasters and published versions must keep for an application to start. */
final class VersionCheck {

    private final EventVersions versions;

    private final EventTypes types;

    private final VersionChain upcasters;

    private final VersionChain downcasters;

    private final Map<String, Integer> publishAs;

    private final VersionFindings findings;

    VersionCheck(
            EventVersions versions,
            VersionChain upcasters,
            VersionChain downcasters,
            Map<String, Integer> publishAs,
            VersionFindings found) {
        this.versions = versions;
        this.types = versions.types();
        this.upcasters = upcasters;
        this.downcasters = downcasters;
        this.publishAs = new TreeMap<>(publishAs);
        this.findings = new VersionFindings(found);
    }

    void run() {
        // The last upcaster leads to the version of the current class, the first downcaster away from it.
        this.upcasters.steps().forEach((type, steps) -> requireKnown("Upcaster", type, steps, 1, -1));
        this.downcasters.steps().forEach((type, steps) -> requireKnown("Downcaster", type, steps, 2, 0));
        this.types.names().forEach(this::requireWayUp);
        this.publishAs.forEach(this::requireWayDown);
        this.findings.throwIfAny();
    }

    private void requireKnown(
            String kind, String type, NavigableMap<Integer, VersionChain.Step> steps, int lowest, int beyond) {
        EventDescriptor current = this.types.current(type);
        for (VersionChain.Step step : steps.values()) {
            if (current == null) {
                this.findings.add(
                        "%s '%s' is for event type '%s', which no class has".formatted(kind, step.name(), type),
                        "Correct the type of '%s', or remove the bean; the types are %s."
                                .formatted(step.name(), this.types.names()));
            } else if (step.fromVersion() < lowest) {
                this.findings.add(
                        "%s '%s' of event type '%s' leads away from version %d, the first it can is %d"
                                .formatted(kind, step.name(), type, step.fromVersion(), lowest),
                        "Correct the version of '%s'.".formatted(step.name()));
            } else if (step.fromVersion() > current.version() + beyond) {
                this.findings.add(
                        "%s '%s' leads away from version %d of event type '%s', whose newest class is %s with version %d"
                                .formatted(
                                        kind,
                                        step.name(),
                                        step.fromVersion(),
                                        type,
                                        current.eventClass().getName(),
                                        current.version()),
                        "Raise the version in @EventType of %s, or remove '%s'."
                                .formatted(current.eventClass().getName(), step.name()));
            }
        }
    }

    /** From the lowest version that a class or an upcaster names. */
    private void requireWayUp(String type) {
        EventDescriptor current = this.types.current(type);
        if (current == null) {
            return;
        }
        int oldest = Math.max(this.versions.oldest(type), 1);
        for (VersionChain.Gap gap : this.upcasters.gaps(type, oldest, current.version())) {
            this.findings.add(
                    "Event type '%s': nothing leads from version %d to version %d; the current class is %s with version %d"
                            .formatted(
                                    type,
                                    gap.from(),
                                    gap.to(),
                                    current.eventClass().getName(),
                                    current.version()),
                    "Add a bean Upcaster.of(\"%s\", %d, PayloadSteps.none()…) with the steps that make version %d%s."
                            .formatted(type, gap.from(), gap.from() + 1, further(gap.from() + 1, gap.to())));
        }
    }

    private static String further(int made, int wanted) {
        return (made == wanted) ? "" : ", and one for each version from there to %d".formatted(wanted);
    }

    private void requireWayDown(String type, int published) {
        EventDescriptor current = this.types.current(type);
        String setting = "integration.events.publish-as.%s=%d".formatted(type, published);
        if (current == null || published < 1 || published > current.version()) {
            this.findings.add(
                    (current == null)
                            ? "%s is for an event type that no class has".formatted(setting)
                            : "%s is no version of the event type, which has 1 to %d"
                                    .formatted(setting, current.version()),
                    "Correct or remove %s.".formatted(setting));
            return;
        }
        for (VersionChain.Gap gap : this.downcasters.gaps(type, current.version(), published)) {
            this.findings.add(
                    "%s: nothing leads from version %d back to version %d".formatted(setting, gap.from(), gap.to()),
                    "Add a bean Downcaster.of(\"%s\", %d, PayloadSteps.none()…)%s, or remove %s."
                            .formatted(type, gap.from(), further(gap.from() - 1, gap.to()), setting));
        }
    }
}
