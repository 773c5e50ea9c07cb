package io.integrationkit.outbox;

import io.integrationkit.testsupport.PostgresDatabase;

class PostgresPublishTests extends LockingPublishContract {

    PostgresPublishTests() {
        super(PostgresDatabase.access());
    }

    @Override
    String waiting() {
        return "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
    }
}
