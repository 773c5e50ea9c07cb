package io.integrationkit.idempotency;

import io.integrationkit.failure.ProblemException;

/**
 * Why a controller method was not called, noted with the request: an exception of the same kind that comes from further
 * inside is not about the key of the client.
 *
 * @param operation the controller method
 * @param problem what the client gets instead of a result
 */
record KeyRefusal(String operation, ProblemException problem) {

    static final String ATTRIBUTE = KeyRefusal.class.getName();
}
