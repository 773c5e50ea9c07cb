package io.integrationkit.autoconfigure.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.testsupport.PostgresDatabase;
import io.integrationkit.testsupport.Race;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Future;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.init.ScriptStatementFailedException;

class IntegrationSchemaInitializerTests {

    /** Each begins on an empty database, where most of the time somebody is in the other's way. */
    private static final int RACES = 5;

    private static final int INSTANCES = 6;

    @Test
    void instancesThatStartTogetherOnAnEmptyPostgresqlMakeTheTablesOnce() throws Exception {
        for (int race = 0; race < RACES; race++) {
            DataSource dataSource = new DriverManagerDataSource(PostgresDatabase.url());
            List<Future<Boolean>> all = Race.run(
                    INSTANCES,
                    () -> initializer(dataSource, new IntegrationJdbcProperties().getSchema())
                            .initializeDatabase());
            for (Future<Boolean> one : all) {
                assertThat(one.get()).isTrue();
            }
            assertThat(new JdbcTemplate(dataSource).queryForList("SELECT owner FROM integration_outbox_instance"))
                    .isEmpty();
        }
    }

    @Test
    void statementThatFailsForItselfEndsTheStart(@TempDir Path directory) throws IOException {
        Path script = Files.writeString(
                directory.resolve("twice.sql"), "CREATE TABLE twice (id int);\nCREATE TABLE twice (id int);");
        DataSource dataSource = new DriverManagerDataSource(PostgresDatabase.url());
        IntegrationSchemaInitializer initializer =
                initializer(dataSource, List.of(script.toUri().toString()));
        assertThatExceptionOfType(ScriptStatementFailedException.class)
                .isThrownBy(initializer::initializeDatabase)
                .withMessageContaining("twice");
    }

    private static IntegrationSchemaInitializer initializer(DataSource dataSource, List<String> locations) {
        DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
        settings.setMode(DatabaseInitializationMode.ALWAYS);
        settings.setSchemaLocations(IntegrationSchemaInitializer.resolve(dataSource, locations));
        return new IntegrationSchemaInitializer(dataSource, settings);
    }
}
