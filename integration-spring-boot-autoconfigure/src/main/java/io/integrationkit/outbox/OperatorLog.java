package io.integrationkit.outbox;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What operators change, one line each; what changes nothing is not told. All of it goes to the logger of the operations. */
final class OperatorLog {

    private static final Logger logger = LoggerFactory.getLogger(OutboxOperations.class);

    private OperatorLog() {}

    /** No line of the log can be forged by a name or a key. */
    static void changed(String what, String actor) {
        logger.info("Outbox: {} by {}", line(what), line(actor));
    }

    static String line(String text) {
        return text.replaceAll("[\\p{Cntrl}\\u0085\\u2028\\u2029]", " ");
    }
}
