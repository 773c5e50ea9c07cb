package io.integrationkit.autoconfigure.jdbc;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.init.PlatformPlaceholderDatabaseDriverResolver;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.jdbc.datasource.init.ScriptStatementFailedException;

/**
 * Creates the tables of the stores, in a type of its own so that other initializers are left alone.
 *
 * <p>Instances may start together on an empty database. PostgreSQL's {@code CREATE TABLE IF NOT EXISTS} does not exclude
 * another that is just being committed, and fails. The scripts may run again and again, so they do: each time that
 * another was faster it has made one thing more.
 */
class IntegrationSchemaInitializer extends DataSourceScriptDatabaseInitializer {

    /** What PostgreSQL says: a row of its catalogue is there already, a type, index or table, or it changed just now. */
    private static final Set<String> ANOTHER_WAS_FASTER = Set.of("23505", "42710", "42P07", "XX000");

    /** More than there are statements in all scripts, so that only an error that stays ends it. */
    private static final int MOST_RUNS = 50;

    IntegrationSchemaInitializer(DataSource dataSource, DatabaseInitializationSettings settings) {
        super(dataSource, settings);
    }

    static List<String> resolve(DataSource dataSource, List<String> locations) {
        PlatformPlaceholderDatabaseDriverResolver resolver = new PlatformPlaceholderDatabaseDriverResolver();
        return locations.stream()
                .flatMap((location) -> resolver.resolveAll(dataSource, location).stream())
                .toList();
    }

    @Override
    protected void runScripts(Scripts scripts) {
        for (int run = 1; ; run++) {
            try {
                super.runScripts(scripts);
                return;
            } catch (ScriptStatementFailedException ex) {
                if (run == MOST_RUNS || !anotherWasFaster(ex)) {
                    throw ex;
                }
            }
        }
    }

    private static boolean anotherWasFaster(ScriptStatementFailedException failure) {
        return failure.getCause() instanceof SQLException cause && ANOTHER_WAS_FASTER.contains(cause.getSQLState());
    }
}
