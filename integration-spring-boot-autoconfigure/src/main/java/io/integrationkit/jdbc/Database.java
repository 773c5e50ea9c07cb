package io.integrationkit.jdbc;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;

/** The database products whose SQL the stores speak. */
public enum Database {
    POSTGRESQL("PostgreSQL"),
    H2("H2");

    private final String productName;

    Database(String productName) {
        this.productName = productName;
    }

    /**
     * Asks a data source which product is behind it.
     *
     * @param dataSource the data source; one connection is borrowed
     * @return the product
     * @throws ProblemException if the product is not supported or cannot be reached
     */
    public static Database of(DataSource dataSource) {
        String name;
        try {
            name = JdbcUtils.extractDatabaseMetaData(dataSource, DatabaseMetaData::getDatabaseProductName);
        } catch (MetaDataAccessException ex) {
            throw new ProblemException(
                    ProblemCode.UNSUPPORTED_DATABASE,
                    FailureCategory.TEMPORARY,
                    "The database of the Integration Kit cannot be reached: check spring.datasource.url",
                    null,
                    ex);
        }
        for (Database database : values()) {
            if (database.productName.equals(name)) {
                return database;
            }
        }
        throw new ProblemException(
                ProblemCode.UNSUPPORTED_DATABASE,
                FailureCategory.PERMANENT,
                "'%s' is not supported; use PostgreSQL or H2, or set integration.jdbc.enabled=false to keep state in memory"
                        .formatted(name));
    }

    /**
     * Returns an SQL expression for the database's own clock, read when the statement runs (not when the transaction
     * began), so that leases of all instances are measured by one clock.
     *
     * @return the expression, of type {@code timestamp with time zone}
     */
    public String clock() {
        return (this == POSTGRESQL) ? "clock_timestamp()" : "current_timestamp()";
    }

    /**
     * Returns an SQL expression for a moment some time from now, on the database's own clock.
     *
     * @return the expression, with one parameter: the milliseconds to add, as a {@code long}
     */
    public String clockPlusMillis() {
        return clock() + " + cast(? as bigint) * interval '0.001' second";
    }

    /**
     * Inserts a row unless one with the same key exists. Where another transaction has just inserted that key, this
     * waits for its end: after a commit the row exists, after a rollback ours is inserted. A row that exists does not
     * make the active transaction fail.
     *
     * @param jdbc the template to insert with
     * @param insert an {@code insert} statement without any clause about conflicts
     * @param arguments its parameters
     * @return whether the row was inserted
     */
    public boolean insertIfAbsent(JdbcOperations jdbc, String insert, @Nullable Object... arguments) {
        if (this == POSTGRESQL) {
            // A unique violation would abort the transaction.
            return jdbc.update(insert + " on conflict do nothing", arguments) == 1;
        }
        try {
            return jdbc.update(insert, arguments) == 1;
        } catch (DuplicateKeyException ex) {
            return false;
        }
    }

    /**
     * Returns a statement that deletes some of the rows that meet a condition, passing over those that another
     * transaction has locked where the database can.
     *
     * @param table name of the table
     * @param condition which rows; may have parameters
     * @return the statement; its last parameter is the largest number of rows to delete
     */
    public String deleteSome(String table, String condition) {
        if (this == POSTGRESQL) {
            return "delete from %1$s where ctid = any (array (select ctid from %1$s where %2$s limit ? for update skip locked))"
                    .formatted(table, condition);
        }
        return "delete from %s where %s fetch first ? rows only".formatted(table, condition);
    }

    /**
     * Returns the isolation the stores ask for in their own transactions.
     *
     * @return the JDBC constant of READ COMMITTED
     */
    public int isolation() {
        return Connection.TRANSACTION_READ_COMMITTED;
    }
}
