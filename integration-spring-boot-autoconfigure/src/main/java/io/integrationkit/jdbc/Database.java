package io.integrationkit.jdbc;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import javax.sql.DataSource;
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
     * Returns the isolation the stores ask for in their own transactions.
     *
     * @return the JDBC constant of READ COMMITTED
     */
    public int isolation() {
        return Connection.TRANSACTION_READ_COMMITTED;
    }
}
