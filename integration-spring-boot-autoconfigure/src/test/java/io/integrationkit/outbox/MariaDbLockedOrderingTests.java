package io.integrationkit.outbox;

import io.integrationkit.testsupport.MariaDbDatabase;
import java.util.Objects;

class MariaDbLockedOrderingTests extends LockedOrderingContract {

    MariaDbLockedOrderingTests() {
        super(MariaDbDatabase.access("?sessionVariables=time_zone='+05:00'"));
    }

    @Override
    int waiting() {
        return Objects.requireNonNull(access().inNewTransaction(() -> access().jdbc()
                .queryForObject(
                        "SELECT count(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'",
                        Integer.class)));
    }
}
