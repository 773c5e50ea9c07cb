package io.integrationkit.jdbc;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.jdbc.support.JdbcUtils;
import org.springframework.jdbc.support.MetaDataAccessException;

/** The database products whose SQL the stores speak. */
public enum Database {
    POSTGRESQL("PostgreSQL"),
    /** MariaDB 10.6 or newer. */
    MARIADB("MariaDB"),
    /** MySQL 8.0.17 or newer, which speaks as MariaDB does wherever the stores are concerned. */
    MYSQL("MySQL"),
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
                "'%s' is not supported; use PostgreSQL, MariaDB, MySQL or H2, or set integration.jdbc.enabled=false to keep state in memory"
                        .formatted(name));
    }

    /**
     * Tells whether the product is MariaDB or MySQL.
     *
     * @return whether it speaks their dialect
     */
    public boolean speaksMySql() {
        return this == MARIADB || this == MYSQL;
    }

    /**
     * Returns an SQL expression for the database's own clock, read when the statement runs (not when the transaction
     * began), so that leases of all instances are measured by one clock.
     *
     * @return the expression, of type {@code timestamp with time zone}; on MariaDB and MySQL, which have none, a
     *     {@code datetime} in UTC whatever the time zone of the session is
     */
    public String clock() {
        return switch (this) {
            case POSTGRESQL -> "clock_timestamp()";
            case MARIADB, MYSQL -> "utc_timestamp(6)";
            case H2 -> "current_timestamp()";
        };
    }

    /**
     * Returns an SQL expression for a moment some time from now, on the database's own clock.
     *
     * @return the expression, with one parameter: the milliseconds to add, as a {@code long}
     */
    public String clockPlusMillis() {
        return clock()
                + (speaksMySql()
                        ? " + interval ? * 1000 microsecond"
                        : " + cast(? as bigint) * interval '0.001' second");
    }

    /**
     * Returns an SQL expression for the time from now until a moment, on the database's own clock.
     *
     * @param column name of the column that holds the moment
     * @return the expression: whole milliseconds, rounded up; negative if the moment is past
     */
    public String millisUntil(String column) {
        return switch (this) {
            // In floating point: extract(epoch from …) gives a numeric, which costs several times as much.
            case POSTGRESQL -> "cast(ceil(date_part('epoch', %s - %s) * 1000) as bigint)".formatted(column, clock());
            case MARIADB, MYSQL -> "ceil(timestampdiff(microsecond, %s, %s) / 1000)".formatted(clock(), column);
            case H2 -> "cast(ceil(extract(epoch from (%s - %s)) * 1000) as bigint)".formatted(column, clock());
        };
    }

    /**
     * Returns an SQL expression for the database's own clock as a number.
     *
     * @return the expression: microseconds since 1970, as a {@code bigint}
     */
    public String clockMicros() {
        return switch (this) {
            // A double holds microseconds exactly until the year 2255.
            case POSTGRESQL -> "cast(date_part('epoch', %s) * 1000000 as bigint)".formatted(clock());
            case MARIADB, MYSQL -> "timestampdiff(microsecond, '1970-01-01', utc_timestamp(6))";
            case H2 -> "cast(extract(epoch from %s) * 1000000 as bigint)".formatted(clock());
        };
    }

    /**
     * Makes the parameter of a statement that stands for a moment.
     *
     * @param moment the moment
     * @return the value to bind
     */
    public Object parameter(Instant moment) {
        OffsetDateTime value = moment.atOffset(ZoneOffset.UTC);
        return speaksMySql() ? value.toLocalDateTime() : value;
    }

    /**
     * Reads a moment.
     *
     * @param row the row
     * @param column name of the column
     * @return the moment, or {@code null} if the column is
     * @throws SQLException if it cannot be read
     */
    public @Nullable Instant moment(ResultSet row, String column) throws SQLException {
        if (speaksMySql()) {
            LocalDateTime value = row.getObject(column, LocalDateTime.class);
            return (value != null) ? value.toInstant(ZoneOffset.UTC) : null;
        }
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return (value != null) ? value.toInstant() : null;
    }

    /**
     * Inserts a row unless one with the same key exists. Where another transaction has just inserted that key, this
     * waits for its end: after a commit the row exists, after a rollback ours is inserted. A row that exists does not
     * make the active transaction fail. On MariaDB and MySQL, of several that wait for a transaction that then rolls back
     * all but one may fail with a deadlock, which leaves nothing behind.
     *
     * @param jdbc the template to insert with
     * @param insert an {@code insert} statement that names its columns, without any clause about conflicts
     * @param arguments its parameters
     * @return whether the row was inserted
     */
    public boolean insertIfAbsent(JdbcOperations jdbc, String insert, @Nullable Object... arguments) {
        if (this == POSTGRESQL) {
            // A unique violation would abort the transaction.
            return jdbc.update(insert + " on conflict do nothing", arguments) == 1;
        }
        if (speaksMySql()) {
            return MySqlInsert.ifAbsent(jdbc, insert, arguments);
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
        return "delete from %s where %s %s"
                .formatted(table, condition, speaksMySql() ? "limit ?" : "fetch first ? rows only");
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
