package io.integrationkit.autoconfigure.listener;

import java.util.List;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches where a dead-letter topic is named, as text or as items; an empty list is none. */
final class OnDeadLetterTopics implements Condition {

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        return !Binder.get(context.getEnvironment())
                .bind("integration.listeners.dead-letter-topics", Bindable.listOf(String.class))
                .orElse(List.of())
                .isEmpty();
    }
}
