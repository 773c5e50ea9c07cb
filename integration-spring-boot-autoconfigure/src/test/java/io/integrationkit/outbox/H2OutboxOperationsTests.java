package io.integrationkit.outbox;

import io.integrationkit.testsupport.H2Database;

class H2OutboxOperationsTests extends OutboxOperationsContract {

    H2OutboxOperationsTests() {
        super(H2Database.access());
    }
}
