package io.integrationkit.deadletter;

import io.integrationkit.failure.FailureCategory;

/**
 * How many dead letters have a status and a category.
 *
 * @param status where they stand
 * @param category category of the last failure of each
 * @param count how many there are; more than zero
 */
public record DeadLetterCount(DeadLetter.Status status, FailureCategory category, long count) {}
