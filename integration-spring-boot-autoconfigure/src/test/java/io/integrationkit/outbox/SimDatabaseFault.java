package io.integrationkit.outbox;

import org.springframework.dao.DataAccessResourceFailureException;

/** The simulated database did not answer, before or after it did what was asked for. */
final class SimDatabaseFault extends DataAccessResourceFailureException {

    private static final long serialVersionUID = 1L;

    SimDatabaseFault(String statement) {
        super(statement);
    }
}
