package io.integrationkit.outbox;

import io.integrationkit.testsupport.H2Database;

class H2PublishTests extends PublishContract {

    H2PublishTests() {
        super(H2Database.access());
    }
}
