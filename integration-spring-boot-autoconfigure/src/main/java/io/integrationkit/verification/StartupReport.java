package io.integrationkit.verification;

import io.integrationkit.call.Finding;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.call.StateStore;
import io.integrationkit.failure.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Says once, when the application starts, which operations there are, what a restart would lose and what was found.
 */
public final class StartupReport implements SmartInitializingSingleton {

    private static final Logger LOGGER = LoggerFactory.getLogger("io.integrationkit");

    private final OperationRegistry registry;

    private final List<StateStore> stores;

    private final List<FindingContributor> contributors;

    /**
     * Creates the report.
     *
     * @param registry the operations; complete when the report is made
     * @param stores where the features keep their state
     * @param contributors what else is known about the application
     */
    public StartupReport(OperationRegistry registry, List<StateStore> stores, List<FindingContributor> contributors) {
        this.registry = registry;
        this.stores = List.copyOf(stores);
        this.contributors = List.copyOf(contributors);
    }

    @Override
    public void afterSingletonsInstantiated() {
        this.registry.plans().forEach((plan) -> LOGGER.info("Operation {}", describe(plan)));
        findings()
                .forEach((finding) -> LOGGER.warn("{}: {}: {}", finding.code(), finding.subject(), finding.message()));
    }

    /**
     * Returns what was found, in the order it is logged.
     *
     * @return findings about the application, then those of its operations
     */
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        String lost = this.stores.stream()
                .filter((store) -> !store.durable())
                .map(StateStore::content)
                .collect(Collectors.joining(", "));
        if (!lost.isEmpty()) {
            findings.add(new Finding(
                    ProblemCode.STATE_IN_MEMORY,
                    "application",
                    ("A restart loses what is kept in memory: %s. Add spring-boot-starter-jdbc with the driver of"
                                    + " PostgreSQL, and set integration.jdbc.initialize-schema=always to create the"
                                    + " tables")
                            .formatted(lost)));
        }
        this.contributors.forEach((contributor) -> findings.addAll(contributor.findings()));
        this.registry.plans().forEach((plan) -> findings.addAll(plan.findings()));
        return findings;
    }

    /** Values that somebody set; the rest is in the endpoint. */
    private static String describe(Plan plan) {
        String settings = plan.settings().stream()
                .filter((setting) -> !setting.source().equals(Setting.DEFAULT))
                .map((setting) -> setting.name() + "=" + setting.value())
                .collect(Collectors.joining(", "));
        String stages = plan.stages().stream()
                .map((stage) -> stage.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .collect(Collectors.joining(" > "));
        return plan.operation().name() + ": " + stages + " > method"
                + (settings.isEmpty() ? "" : " {" + settings + "}");
    }
}
