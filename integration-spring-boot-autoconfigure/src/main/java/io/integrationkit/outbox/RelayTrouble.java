package io.integrationkit.outbox;

import io.integrationkit.failure.Redaction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A difficulty of the relay with its database: one line when it begins and one when it ends, not one a try. */
final class RelayTrouble {

    private static final Logger logger = LoggerFactory.getLogger(RelayTrouble.class);

    private volatile @Nullable String message;

    void met(String problem, RuntimeException ex) {
        if (this.message == null) {
            logger.warn(problem, Redaction.STANDARD.of(ex));
        }
        this.message = problem + ": " + Redaction.STANDARD.of(ex.toString());
    }

    void over() {
        if (this.message != null) {
            this.message = null;
            logger.info("The outbox relay reaches its database again");
        }
    }

    @Nullable
    String message() {
        return this.message;
    }
}
