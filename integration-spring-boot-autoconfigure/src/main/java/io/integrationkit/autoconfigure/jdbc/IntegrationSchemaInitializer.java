package io.integrationkit.autoconfigure.jdbc;

import java.util.List;
import javax.sql.DataSource;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.jdbc.init.PlatformPlaceholderDatabaseDriverResolver;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;

/** Creates the tables of the stores, in a type of its own so that other initializers are left alone. */
class IntegrationSchemaInitializer extends DataSourceScriptDatabaseInitializer {

    IntegrationSchemaInitializer(DataSource dataSource, DatabaseInitializationSettings settings) {
        super(dataSource, settings);
    }

    static List<String> resolve(DataSource dataSource, List<String> locations) {
        PlatformPlaceholderDatabaseDriverResolver resolver = new PlatformPlaceholderDatabaseDriverResolver();
        return locations.stream()
                .flatMap((location) -> resolver.resolveAll(dataSource, location).stream())
                .toList();
    }
}
