package io.integrationkit.call;

import io.integrationkit.failure.ProblemCode;

/**
 * Something a user should know about an operation although it works.
 *
 * @param code which problem it is
 * @param subject operation, policy or bean it is about
 * @param message what was found and what to change
 */
public record Finding(ProblemCode code, String subject, String message) {}
