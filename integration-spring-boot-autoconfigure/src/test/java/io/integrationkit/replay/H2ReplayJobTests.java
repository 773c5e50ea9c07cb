package io.integrationkit.replay;

import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.H2Database;

class H2ReplayJobTests extends JdbcReplayJobContract {

    private static final JdbcAccess ACCESS = H2Database.access();

    @Override
    JdbcAccess access() {
        return ACCESS;
    }
}
