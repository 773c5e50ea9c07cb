package io.integrationkit.reliable;

import org.jspecify.annotations.Nullable;

/** What a {@link FailureHandler} decided about a call that is given up. Immutable. */
public final class Recovery {

    private static final Recovery PROPAGATE = new Recovery(false, null);

    private final boolean recovered;

    private final @Nullable Object value;

    private Recovery(boolean recovered, @Nullable Object value) {
        this.recovered = recovered;
        this.value = value;
    }

    /**
     * Leaves the failure as it is.
     *
     * @return the decision
     */
    public static Recovery propagate() {
        return PROPAGATE;
    }

    /**
     * Returns a value in the place of the operation's result.
     *
     * @param value what the caller gets, of the type that the operation returns; {@code null} where it returns nothing
     * @return the decision
     */
    public static Recovery with(@Nullable Object value) {
        return new Recovery(true, value);
    }

    /**
     * Tells whether the caller gets a value.
     *
     * @return whether the call is recovered
     */
    public boolean recovered() {
        return this.recovered;
    }

    /**
     * Returns what the caller gets.
     *
     * @return the value; {@code null} if the call is not recovered
     */
    public @Nullable Object value() {
        return this.value;
    }
}
