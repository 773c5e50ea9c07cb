package io.integrationkit.outbox;

import io.integrationkit.testsupport.MariaDbDatabase;

class MariaDbStandstillTests extends StandstillContract {

    MariaDbStandstillTests() {
        super(MariaDbDatabase.access(""));
    }

    @Override
    String idleLimit() {
        return "SELECT @@SESSION.wait_timeout";
    }

    @Override
    String setIdleLimit() {
        return "SET SESSION wait_timeout = %d";
    }
}
