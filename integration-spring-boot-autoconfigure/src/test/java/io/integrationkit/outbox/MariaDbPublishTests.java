package io.integrationkit.outbox;

import io.integrationkit.testsupport.MariaDbDatabase;

class MariaDbPublishTests extends LockingPublishContract {

    MariaDbPublishTests() {
        super(MariaDbDatabase.access());
    }

    @Override
    String waiting() {
        return "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'";
    }
}
