package io.integrationkit.actuate;

import io.integrationkit.deadletter.Intervention;
import java.util.Locale;
import java.util.Map;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/** Tells the audit log of the application, where it has one, what operators do with dead letters. */
final class DeadLetterAudit {

    private final ApplicationEventPublisher events;

    DeadLetterAudit(ApplicationEventPublisher events) {
        this.events = events;
    }

    void changed(DeadLettersEndpoint.Action action, String what, Intervention by) {
        tell("DEAD_LETTERS_" + action.name(), what, by);
    }

    void cancelled(String job, Intervention by) {
        tell("DEAD_LETTERS_CANCEL", job, by);
    }

    private void tell(String type, String what, Intervention by) {
        this.events.publishEvent(new AuditApplicationEvent(
                by.actor(), type.toUpperCase(Locale.ROOT), Map.of("what", what, "reason", by.reason())));
    }
}
