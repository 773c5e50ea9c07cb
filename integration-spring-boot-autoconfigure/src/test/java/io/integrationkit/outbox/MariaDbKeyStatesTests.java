package io.integrationkit.outbox;

import io.integrationkit.testsupport.MariaDbDatabase;

class MariaDbKeyStatesTests extends JdbcKeyStatesContract {

    MariaDbKeyStatesTests() {
        super(MariaDbDatabase.access("?sessionVariables=time_zone='+05:00'"));
    }
}
