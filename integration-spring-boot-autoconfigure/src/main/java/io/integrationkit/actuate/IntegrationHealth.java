package io.integrationkit.actuate;

import io.integrationkit.breaker.CircuitBreakerStatus;
import io.integrationkit.deadletter.DeadLetter;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.outbox.HeldKeyCount;
import io.integrationkit.outbox.OutboxBacklog;
import io.integrationkit.outbox.OutboxKeys;
import io.integrationkit.outbox.OutboxOperations;
import io.integrationkit.outbox.OutboxStatistics;
import io.integrationkit.reliable.CircuitBreakers;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.CompositeHealthContributor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * Health {@code integration}: circuit breakers, outbox and dead letters. An open breaker, a backlog, a paused destination,
 * a held key or a dead letter is told as a detail and never takes the application down, since none of them is mended by a
 * restart or by another instance. A store that cannot be asked is {@code UNKNOWN} here; its database has a health of its
 * own.
 */
public final class IntegrationHealth {

    private IntegrationHealth() {}

    /**
     * Creates the health of the features that are there.
     *
     * @param breakers the circuit breakers
     * @param outbox the outbox, or {@code null} if the application has none of ours
     * @param operations what operators have stopped, or {@code null} if it is not known
     * @param keys the keys that do not simply go on, or {@code null} if they are not known
     * @param deadLetters the dead letters
     * @return a composite with one indicator each
     */
    public static CompositeHealthContributor of(
            CircuitBreakers breakers,
            @Nullable OutboxStatistics outbox,
            @Nullable OutboxOperations operations,
            @Nullable OutboxKeys keys,
            DeadLetters deadLetters) {
        Map<String, HealthContributor> parts = new LinkedHashMap<>();
        parts.put("circuitBreakers", indicator((health) -> describe(breakers, health)));
        if (outbox != null) {
            parts.put("outbox", indicator((health) -> describe(outbox, operations, keys, health)));
        }
        parts.put("deadLetters", indicator((health) -> describe(deadLetters, health)));
        return CompositeHealthContributor.fromMap(parts);
    }

    private static void describe(CircuitBreakers breakers, Health.Builder health) {
        health.up();
        for (CircuitBreakerStatus breaker : breakers.all()) {
            health.withDetail(breaker.name(), breaker.state());
        }
    }

    private static void describe(
            OutboxStatistics outbox,
            @Nullable OutboxOperations operations,
            @Nullable OutboxKeys keys,
            Health.Builder health) {
        OutboxBacklog backlog = outbox.backlog();
        health.up().withDetail("messages", backlog.messages());
        if (backlog.oldestAge() != null) {
            health.withDetail("oldest", backlog.oldestAge().toString());
        }
        if (outbox.lastError() != null) {
            health.withDetail("lastError", outbox.lastError());
        }
        if (!outbox.unavailableDestinations().isEmpty()) {
            health.withDetail("unavailableDestinations", outbox.unavailableDestinations());
        }
        Set<String> paused = (operations != null) ? operations.paused() : Set.of();
        if (!paused.isEmpty()) {
            health.withDetail("paused", new TreeSet<>(paused));
        }
        HeldKeyCount held = (keys != null) ? keys.count() : HeldKeyCount.NONE;
        if (held.blocked() > 0) {
            health.withDetail("blockedKeys", held.blocked());
        }
        if (held.parked() > 0) {
            health.withDetail("parkedKeys", held.parked());
        }
    }

    private static void describe(DeadLetters deadLetters, Health.Builder health) {
        DeadLetterFilter open = DeadLetterFilter.all().withStatus(DeadLetter.Status.NEW);
        health.up().withDetail("open", deadLetters.count(open));
        long parked = deadLetters.count(open.withStatus(DeadLetter.Status.PARKED));
        if (parked > 0) {
            health.withDetail("parked", parked);
        }
        deadLetters.oldest(open).ifPresent((since) -> health.withDetail("oldestSince", since.toString()));
    }

    private static HealthIndicator indicator(Description description) {
        return new AbstractHealthIndicator() {
            @Override
            protected void doHealthCheck(Health.Builder builder) {
                try {
                    description.describe(builder);
                } catch (RuntimeException ex) {
                    builder.unknown().withException(ex);
                }
            }
        };
    }

    /** Describes one part. */
    @FunctionalInterface
    private interface Description {

        void describe(Health.Builder health);
    }
}
