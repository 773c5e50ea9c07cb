package io.integrationkit.autoconfigure.jdbc;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.sql.init.DatabaseInitializationMode;

/** Settings of the tables the stores share. */
@ConfigurationProperties(value = "integration.jdbc", ignoreUnknownFields = false)
public class IntegrationJdbcProperties {

    /** Whether state is kept in the database of the application's data source. */
    private boolean enabled = true;

    /** Database schema initialization mode. */
    private DatabaseInitializationMode initializeSchema = DatabaseInitializationMode.EMBEDDED;

    /** Comma-separated list of scripts that create the tables. */
    private List<String> schema = List.of(
            "classpath:io/integrationkit/schema/outbox-@@platform@@.sql",
            "classpath:io/integrationkit/schema/inbox-@@platform@@.sql",
            "classpath:io/integrationkit/schema/idempotency-@@platform@@.sql",
            "classpath:io/integrationkit/schema/deadletter-@@platform@@.sql",
            "classpath:io/integrationkit/schema/replay-@@platform@@.sql");

    /** Whether initialization should continue when an error occurs. */
    private boolean continueOnError = false;

    public boolean isEnabled() {
        return this.enabled;
    }

    public void setEnabled(boolean enabled) {
        this.enabled = enabled;
    }

    public DatabaseInitializationMode getInitializeSchema() {
        return this.initializeSchema;
    }

    public void setInitializeSchema(DatabaseInitializationMode initializeSchema) {
        this.initializeSchema = initializeSchema;
    }

    public List<String> getSchema() {
        return this.schema;
    }

    public void setSchema(List<String> schema) {
        this.schema = schema;
    }

    public boolean isContinueOnError() {
        return this.continueOnError;
    }

    public void setContinueOnError(boolean continueOnError) {
        this.continueOnError = continueOnError;
    }
}
