package io.integrationkit.call;

import io.integrationkit.context.TimeSource;
import io.integrationkit.failure.ProblemCode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Collects what the features contribute to the plan of one operation. Used by one thread. */
public final class PlanBuilder {

    private final Operation operation;

    private final TimeSource time;

    private @Nullable LaterResults laterResults;

    private Supplier<Collection<StagePosition>> further = List::of;

    private Supplier<@Nullable Duration> timeAllowed = () -> null;

    private final Map<StagePosition, UnaryOperator<Stage>> stages = new EnumMap<>(StagePosition.class);

    private final List<Supplier<List<Setting>>> settings = new ArrayList<>();

    private final List<Finding> findings = new ArrayList<>();

    PlanBuilder(Operation operation, TimeSource time) {
        this.operation = operation;
        this.time = time;
    }

    /**
     * Adds a stage.
     *
     * @param position where it stands
     * @param around makes the stage around the one inside it; called once
     * @throws IllegalStateException if the position is taken
     */
    public void stage(StagePosition position, UnaryOperator<Stage> around) {
        if (this.stages.putIfAbsent(position, around) != null) {
            throw new IllegalStateException(
                    "Two features want the position " + position + " in the plan of " + this.operation);
        }
    }

    /**
     * Says which positions a stage stands for beside its own.
     *
     * @param positions the positions; asked when the plan is shown
     */
    public void alsoStandsFor(Supplier<Collection<StagePosition>> positions) {
        this.further = positions;
    }

    /**
     * Says that the stages of this operation go on with a result that comes later. Without it such a result is a value
     * like any other.
     *
     * @param results how they go on
     */
    public void laterResults(LaterResults results) {
        this.laterResults = results;
    }

    /**
     * Returns how the stages go on with a result that comes later. Known when the stages are made.
     *
     * @return how they go on, or {@code null} if the method returns its result itself
     */
    public @Nullable LaterResults laterResults() {
        return this.laterResults;
    }

    /**
     * Gives the calls of this operation a deadline.
     *
     * @param allowed time a call may take, or {@code null} for any; asked for each call
     */
    public void timeAllowed(Supplier<@Nullable Duration> allowed) {
        this.timeAllowed = allowed;
    }

    Supplier<@Nullable Duration> timeAllowed() {
        return this.timeAllowed;
    }

    TimeSource time() {
        return this.time;
    }

    /**
     * Adds a value to show, with where it came from.
     *
     * @param name name of the setting, such as {@code retry.max-attempts}
     * @param value value in force
     * @param source annotation attribute, configuration key or {@link Setting#DEFAULT}
     */
    public void setting(String name, Object value, String source) {
        List<Setting> fixed = List.of(new Setting(name, value.toString(), source));
        this.settings.add(() -> fixed);
    }

    /**
     * Adds values to show that may change while the application runs.
     *
     * @param present tells the values of the moment; called by any thread
     */
    public void settings(Supplier<List<Setting>> present) {
        this.settings.add(present);
    }

    /**
     * Adds a finding about this operation.
     *
     * @param code which problem it is
     * @param message what was found and what to change
     */
    public void finding(ProblemCode code, String message) {
        this.findings.add(new Finding(code, this.operation.name(), message));
    }

    Plan build() {
        return new Plan(
                this.operation,
                this.time,
                this.laterResults,
                Set.copyOf(this.stages.keySet()),
                this.further,
                List.copyOf(this.settings),
                List.copyOf(this.findings),
                chain(false, MethodStage.METHOD),
                chain(true, MethodStage.METHOD));
    }

    private Stage chain(boolean insideTransaction, Stage innermost) {
        List<Map.Entry<StagePosition, UnaryOperator<Stage>>> inwards = new ArrayList<>(this.stages.entrySet());
        Collections.reverse(inwards);
        Stage stage = innermost;
        for (Map.Entry<StagePosition, UnaryOperator<Stage>> entry : inwards) {
            if (entry.getKey().insideTransaction() == insideTransaction) {
                stage = entry.getValue().apply(stage);
            }
        }
        return stage;
    }
}
