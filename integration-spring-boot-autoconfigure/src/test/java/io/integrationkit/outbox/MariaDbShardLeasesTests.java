package io.integrationkit.outbox;

import io.integrationkit.testsupport.MariaDbDatabase;

class MariaDbShardLeasesTests extends ShardLeasesContract {

    MariaDbShardLeasesTests() {
        super(MariaDbDatabase.access("?sessionVariables=time_zone='+05:00'"));
    }
}
