package io.integrationkit.outbox;

import io.integrationkit.testsupport.PostgresDatabase;

class PostgresStandstillTests extends StandstillContract {

    PostgresStandstillTests() {
        super(PostgresDatabase.access());
    }

    @Override
    String idleLimit() {
        return "SHOW idle_in_transaction_session_timeout";
    }

    @Override
    String setIdleLimit() {
        return "SET idle_in_transaction_session_timeout = '%ds'";
    }
}
