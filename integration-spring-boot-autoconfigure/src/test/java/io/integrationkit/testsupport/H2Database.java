package io.integrationkit.testsupport;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import java.util.UUID;

/** H2 in memory, a fresh database with our tables each time. */
public final class H2Database {

    private H2Database() {}

    /**
     * Creates a database.
     *
     * @return access to it
     */
    public static JdbcAccess access() {
        return Databases.open(Database.H2, "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1", "sa");
    }
}
