package io.integrationkit.call;

import io.integrationkit.context.TimeSource;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What happens when an operation is called: resolved once after the singletons exist, immutable but for
 * settings that can be changed at run time, so that a call looks nothing up.
 */
public final class Plan {

    private final Operation operation;

    private final TimeSource time;

    private final @Nullable LaterResults laterResults;

    private final Set<StagePosition> stages;

    private final Supplier<Collection<StagePosition>> further;

    private final List<Supplier<List<Setting>>> settings;

    private final List<Finding> findings;

    private final Stage outer;

    private final Stage inner;

    Plan(
            Operation operation,
            TimeSource time,
            @Nullable LaterResults laterResults,
            Set<StagePosition> stages,
            Supplier<Collection<StagePosition>> further,
            List<Supplier<List<Setting>>> settings,
            List<Finding> findings,
            Stage outer,
            Stage inner) {
        this.operation = operation;
        this.time = time;
        this.laterResults = laterResults;
        this.stages = stages;
        this.further = further;
        this.settings = settings;
        this.findings = findings;
        this.outer = outer;
        this.inner = inner;
    }

    /**
     * Returns the operation this plan is for.
     *
     * @return the operation
     */
    public Operation operation() {
        return this.operation;
    }

    /**
     * Returns the stages a call runs through now.
     *
     * @return the stages, outermost first
     */
    public List<StagePosition> stages() {
        EnumSet<StagePosition> all = EnumSet.copyOf(this.stages);
        all.addAll(this.further.get());
        return List.copyOf(all);
    }

    /**
     * Returns the values in force at this moment; a run-time change shows in the next answer.
     *
     * @return the settings, grouped by feature
     */
    public List<Setting> settings() {
        return this.settings.stream().flatMap((group) -> group.get().stream()).toList();
    }

    /**
     * Returns what a user should know about this operation.
     *
     * @return the findings
     */
    public List<Finding> findings() {
        return this.findings;
    }

    TimeSource time() {
        return this.time;
    }

    /** How the stages go on with what the method returns, or {@code null} if it returns its result itself. */
    @Nullable
    LaterResults laterResults() {
        return this.laterResults;
    }

    Stage outer() {
        return this.outer;
    }

    Stage inner() {
        return this.inner;
    }
}
