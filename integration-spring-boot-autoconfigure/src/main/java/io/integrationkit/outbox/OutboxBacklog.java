package io.integrationkit.outbox;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What is still owed.
 *
 * @param messages number of messages not delivered yet
 * @param oldestAge age of the oldest of them, or {@code null} if there is none
 */
public record OutboxBacklog(long messages, @Nullable Duration oldestAge) {}
