package io.integrationkit.outbox;

import io.integrationkit.testsupport.H2Database;

class H2ShardLeasesTests extends ShardLeasesContract {

    H2ShardLeasesTests() {
        super(H2Database.access());
    }
}
