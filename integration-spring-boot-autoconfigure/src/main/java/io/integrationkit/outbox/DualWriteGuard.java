package io.integrationkit.outbox;

import io.integrationkit.call.Finding;
import io.integrationkit.call.FindingContributor;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import java.lang.StackWalker.StackFrame;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Finds messages that are sent beside the outbox while a transaction of its database is active: the message can be
 * there without the change, or the change without the message. Each place in the code is reported once, in the log and
 * as a finding. Safe for use by any number of threads.
 *
 * <p>Whether the transaction has written cannot be known without watching all its statements, which may come after the
 * send as well. Taken as writing is one that may: it is not read-only, and it is one of the outbox's data source, whose
 * connection it holds. One that only reads is told apart by {@code readOnly = true}, which is the remedy there.
 */
public final class DualWriteGuard implements FindingContributor {

    private static final Logger logger = LoggerFactory.getLogger(DualWriteGuard.class);

    private static final int MOST_PLACES = 100;

    /** What stands between the code that sends and the producer. */
    private static final List<String> BETWEEN = List.of(
            "org.apache.kafka.",
            "org.springframework.kafka.",
            "org.springframework.aop.",
            "org.springframework.messaging.",
            "org.springframework.integration.",
            "io.micrometer.",
            "java.",
            "jdk.",
            "io.integrationkit.outbox.DualWriteGuard",
            "io.integrationkit.outbox.DualWriteInterceptor");

    private final JdbcAccess access;

    private final Map<String, Finding> places = new ConcurrentHashMap<>();

    /**
     * Creates a guard.
     *
     * @param access the database of the outbox
     */
    public DualWriteGuard(JdbcAccess access) {
        this.access = access;
    }

    /** Told on the thread that sends, before the send. */
    void sending(String topic) {
        if (TransactionSynchronizationManager.isCurrentTransactionReadOnly() || !this.access.inTransaction()) {
            return;
        }
        String place = StackWalker.getInstance()
                .walk((frames) -> frames.filter(DualWriteGuard::sends)
                        .findFirst()
                        .map(DualWriteGuard::text)
                        .orElse("unknown code"));
        if (!this.places.containsKey(place) && this.places.size() < MOST_PLACES) {
            report(place, topic);
        }
    }

    private static boolean sends(StackFrame frame) {
        String type = frame.getClassName();
        return !type.contains("$$") && BETWEEN.stream().noneMatch(type::startsWith);
    }

    private static String text(StackFrame frame) {
        return "%s.%s:%d".formatted(frame.getClassName(), frame.getMethodName(), frame.getLineNumber());
    }

    private void report(String place, String topic) {
        String message = ("sends to '%s' in the transaction '%s': message and change are not one, and either can happen"
                        + " without the other. Publish through the Outbox; if the transaction only reads, say readOnly ="
                        + " true; integration.outbox.dual-write-guard=false ends this check")
                .formatted(topic, transactionName());
        if (this.places.putIfAbsent(place, new Finding(ProblemCode.DUAL_WRITE, place, message)) == null) {
            logger.warn("{}: {} {}", ProblemCode.DUAL_WRITE, place, message);
        }
    }

    private static String transactionName() {
        return Optional.ofNullable(TransactionSynchronizationManager.getCurrentTransactionName())
                .orElse("unnamed");
    }

    /** Returns the places found since the start, the first hundred of them. */
    @Override
    public List<Finding> findings() {
        return List.copyOf(this.places.values());
    }
}
