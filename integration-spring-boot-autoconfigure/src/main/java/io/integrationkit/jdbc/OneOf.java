package io.integrationkit.jdbc;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * The condition that a column has one of several values. On PostgreSQL they are one array, so the statement is the same
 * however many there are, and its plan is kept; elsewhere each is a parameter of its own.
 *
 * @param sql the condition; never true if there are no values
 * @param values what to bind to its parameters, in their order
 */
public record OneOf(String sql, List<Object> values) {

    /** Copies the values. */
    public OneOf {
        values = List.copyOf(values);
    }

    /**
     * Makes the condition of a column of texts.
     *
     * @param database the product
     * @param column name of the column
     * @param values the values
     * @return the condition
     */
    public static OneOf texts(Database database, String column, Collection<String> values) {
        return of(database, column, "text", values);
    }

    /**
     * Makes the condition of a column of type {@code bigint}.
     *
     * @param database the product
     * @param column name of the column
     * @param values the values
     * @return the condition
     */
    public static OneOf numbers(Database database, String column, Collection<Long> values) {
        return of(database, column, "int8", values);
    }

    private static OneOf of(Database database, String column, String type, Collection<?> values) {
        if (database == Database.POSTGRESQL) {
            return new OneOf(column + " = any (?)", List.of(new SqlArrayValue(type, values.toArray())));
        }
        return values.isEmpty()
                ? new OneOf("1 = 0", List.of())
                : new OneOf(
                        "%s in (%s)".formatted(column, String.join(", ", Collections.nCopies(values.size(), "?"))),
                        List.copyOf(values));
    }

    /**
     * Returns all values of a statement that has other parameters besides.
     *
     * @param before values of the parameters before this condition
     * @return those and the ones of this condition
     */
    public Object[] after(Object... before) {
        Object[] all = new Object[before.length + this.values.size()];
        System.arraycopy(before, 0, all, 0, before.length);
        System.arraycopy(this.values.toArray(), 0, all, before.length, this.values.size());
        return all;
    }
}
