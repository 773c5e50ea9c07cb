package io.integrationkit.idempotency;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The statements on PostgreSQL: each method sends one text, so it costs one round trip, and a duplicate writes nothing.
 *
 * <p>Insert and read are two statements: the read has a snapshot of its own and so sees what the insert waited for,
 * which no part of the same statement would. A unique violation never happens, which would end the transaction of
 * others.
 *
 * <p>The limit of the wait is set for the transaction; that of an auto-commit text ends with it. In a transaction of
 * others the old values are kept aside and set back by the same text; where the wait was too long, the transaction can
 * only roll back, which sets them back as well. A plan that was made while the table was empty would read all of it for
 * each key, so plans without the index are made dear.
 */
final class PostgresKeyStatements extends KeyStatements {

    private static final String LIMITS =
            "set_config('lock_timeout', coalesce(?, current_setting('lock_timeout')), true)";

    private static final String BY_INDEX = "set_config('enable_seqscan', 'off', true)";

    private static final String KEEP = """
            select set_config('integrationkit.lock_timeout', current_setting('lock_timeout'), true), \
            set_config('integrationkit.enable_seqscan', current_setting('enable_seqscan'), true)""";

    private static final String SET = "select " + LIMITS + ", " + BY_INDEX + "; ";

    private static final String SET_BACK = """
            select set_config('lock_timeout', current_setting('integrationkit.lock_timeout'), true), \
            set_config('enable_seqscan', current_setting('integrationkit.enable_seqscan'), true)""";

    private final String insertAndRead;

    PostgresKeyStatements(KeyTable table) {
        super(table);
        // An insert has no plan to choose, so one of its values can set what is needed, and no statement more has to
        // run.
        this.insertAndRead = table.insertInto + " values (case when " + LIMITS + " is not null and " + BY_INDEX
                + " is not null then cast(? as text) end" + table.values.substring(1) + ") on conflict do nothing; "
                + table.read;
    }

    @Override
    protected @Nullable KeyRow insertOrRead(Connection connection, ClaimRequest request, LockWait wait)
            throws SQLException {
        Parameters parameters = new Parameters()
                .text(timeout(wait))
                .and(KeyTable.values(request))
                .and(KeyTable.key(request.key()));
        try (PreparedStatement statement = connection.prepareStatement(text(this.insertAndRead, wait))) {
            parameters.set(statement);
            statement.execute();
            if (wait.joined()) {
                statement.getMoreResults();
            }
            statement.getMoreResults();
            try (ResultSet rows = statement.getResultSet()) {
                return rows.next() ? KeyRow.of(rows) : null;
            }
        }
    }

    @Override
    protected int update(Connection connection, String sql, Parameters parameters, LockWait wait) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(text(SET + sql, wait))) {
            new Parameters().text(timeout(wait)).and(parameters).set(statement);
            statement.execute();
            if (wait.joined()) {
                statement.getMoreResults();
            }
            statement.getMoreResults();
            return statement.getUpdateCount();
        }
    }

    private static String text(String sql, LockWait wait) {
        return wait.joined() ? KEEP + "; " + sql + "; " + SET_BACK : sql;
    }

    private static @Nullable String timeout(LockWait wait) {
        return (wait.longest() != null) ? LockWait.millis(wait.longest()) + "ms" : null;
    }
}
