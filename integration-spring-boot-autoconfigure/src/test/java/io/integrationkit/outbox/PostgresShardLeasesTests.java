package io.integrationkit.outbox;

import io.integrationkit.testsupport.PostgresDatabase;

class PostgresShardLeasesTests extends ShardLeasesContract {

    PostgresShardLeasesTests() {
        super(PostgresDatabase.access());
    }
}
