package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.testsupport.H2Database;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.dao.IncorrectResultSizeDataAccessException;

class H2LockedOrderingTests extends LockedOrderingContract {

    H2LockedOrderingTests() {
        super(H2Database.access());
    }

    @Override
    int waiting() {
        return access().inNewTransaction(() -> access().jdbc()
                .queryForList(
                        "SELECT session_id FROM information_schema.sessions WHERE blocker_id IS NOT NULL",
                        Integer.class)
                .size());
    }

    @Test
    void missingRowIsNamed() {
        access().jdbc().update("DELETE FROM integration_outbox_meta WHERE name = 'ordering'");
        JdbcOutboxStore store = Outboxes.store(
                access(),
                Outboxes.spec(new PublishSpec(PublishSpec.Ordering.LOCKED, Backpressure.OFF, 4)),
                () -> Outboxes.deadLetters(access(), () -> null));
        assertThatExceptionOfType(IncorrectResultSizeDataAccessException.class)
                .isThrownBy(() -> access().inTransaction(() -> {
                    store.append(List.of(Outboxes.record("1", "k")));
                    return null;
                }))
                .withMessageContaining("'ordering'");
    }
}
