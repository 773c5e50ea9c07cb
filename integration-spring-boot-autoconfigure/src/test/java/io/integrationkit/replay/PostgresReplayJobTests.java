package io.integrationkit.replay;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.PostgresDatabase;

class PostgresReplayJobTests extends JdbcReplayJobContract {

    private static final JdbcAccess ACCESS = PostgresDatabase.access();

    @Override
    JdbcAccess access() {
        return ACCESS;
    }
}
