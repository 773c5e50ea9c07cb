package io.integrationkit.outbox;

import io.integrationkit.testsupport.MariaDbDatabase;

class MariaDbOutboxOperationsTests extends OutboxOperationsContract {

    MariaDbOutboxOperationsTests() {
        super(MariaDbDatabase.access("?sessionVariables=time_zone='+05:00'"));
    }
}
