package io.integrationkit.outbox;

import io.integrationkit.testsupport.H2Database;

class H2KeyStatesTests extends JdbcKeyStatesContract {

    H2KeyStatesTests() {
        super(H2Database.access());
    }
}
