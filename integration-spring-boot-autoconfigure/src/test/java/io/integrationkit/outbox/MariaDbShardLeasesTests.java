package io.integrationkit.outbox;

import io.integrationkit.testsupport.MariaDbDatabase;

class MariaDbShardLeasesTests extends SessionLockContract {

    MariaDbShardLeasesTests() {
        super(MariaDbDatabase.access("?sessionVariables=time_zone='+05:00'"));
    }

    @Override
    void endHolder(long key) {
        Long holder = this.access
                .jdbc()
                .queryForObject("SELECT IS_USED_LOCK(?)", Long.class, "integration-outbox-" + Long.toHexString(key));
        this.access.jdbc().execute("KILL CONNECTION " + holder);
    }
}
