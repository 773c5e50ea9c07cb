package io.integrationkit.idempotency;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.H2Database;
import io.integrationkit.testsupport.MariaDbDatabase;
import io.integrationkit.testsupport.PostgresDatabase;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** The engines the tests of keys in a database run against; each has one database for all of them. */
enum Engine {
    POSTGRESQL,
    MARIADB,
    /** The statements of MySQL, which MariaDB understands as well. */
    MYSQL,
    H2;

    private static final class Opened {

        private static final JdbcAccess postgres = PostgresDatabase.access();
    }

    private static final class OpenedMariaDb {

        private static final JdbcAccess mariaDb = MariaDbDatabase.access();
    }

    private static final class OpenedH2 {

        private static final JdbcAccess h2 = H2Database.access();
    }

    JdbcAccess access() {
        return switch (this) {
            case POSTGRESQL -> Opened.postgres;
            case MARIADB -> OpenedMariaDb.mariaDb;
            case MYSQL ->
                new JdbcAccess(
                        OpenedMariaDb.mariaDb.dataSource(),
                        new JdbcTransactionManager(OpenedMariaDb.mariaDb.dataSource()),
                        Database.MYSQL);
            case H2 -> OpenedH2.h2;
        };
    }
}
