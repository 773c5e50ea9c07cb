package io.integrationkit.replay;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.MariaDbDatabase;

class MariaDbReplayJobTests extends JdbcReplayJobContract {

    private static final JdbcAccess ACCESS = MariaDbDatabase.access();

    @Override
    JdbcAccess access() {
        return ACCESS;
    }
}
