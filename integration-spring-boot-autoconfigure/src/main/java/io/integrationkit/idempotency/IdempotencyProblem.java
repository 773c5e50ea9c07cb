package io.integrationkit.idempotency;

import io.integrationkit.failure.ProblemCode;
import org.jspecify.annotations.Nullable;

/** What clients of controller methods are told about their keys. */
enum IdempotencyProblem {
    MISSING(
            ProblemCode.KEY_MISSING,
            400,
            "idempotency-key-missing",
            "The header Idempotency-Key is missing",
            "Send the request with a header Idempotency-Key: a quoted string of at most 255 visible ASCII characters, new for each request, such as a UUID."),
    MALFORMED(
            ProblemCode.KEY_MALFORMED,
            400,
            "idempotency-key-malformed",
            "The header Idempotency-Key is malformed",
            "Send one header Idempotency-Key: a quoted string of at most 255 visible ASCII characters without parameters, such as a UUID."),
    REUSED(
            ProblemCode.KEY_REUSED,
            422,
            "idempotency-key-reused",
            "The Idempotency-Key was used with another request",
            "Use a new key for this request, or repeat the first request as it was."),
    IN_PROGRESS(
            ProblemCode.KEY_IN_PROGRESS,
            409,
            "idempotency-key-in-progress",
            "A request with this Idempotency-Key is in progress",
            "Send the same request with the same key again, after the time that the header Retry-After tells."),
    UNKNOWN(
            ProblemCode.OUTCOME_UNKNOWN,
            500,
            "idempotency-outcome-unknown",
            "A request with this Idempotency-Key began and never told how it ended",
            "Find out whether it was done before you send it with a new key; with this key it is not done again."),
    LOST(
            ProblemCode.RESULT_NOT_SERIALIZABLE,
            500,
            "idempotency-result-lost",
            "The request with this Idempotency-Key was done, but its result cannot be repeated",
            "Do not send it with a new key, which would do it again; read what it changed instead.");

    private static final String NAMESPACE = "urn:integrationkit:problem:";

    private final ProblemCode code;

    private final int status;

    private final String type;

    private final String title;

    private final String detail;

    IdempotencyProblem(ProblemCode code, int status, String type, String title, String detail) {
        this.code = code;
        this.status = status;
        this.type = type;
        this.title = title;
        this.detail = detail;
    }

    static @Nullable IdempotencyProblem of(ProblemCode code) {
        for (IdempotencyProblem problem : values()) {
            if (problem.code == code) {
                return problem;
            }
        }
        return null;
    }

    int status() {
        return this.status;
    }

    Body body(String operation) {
        return new Body(NAMESPACE + this.type, this.title, this.status, this.detail, this.code.id(), operation);
    }

    /**
     * A problem detail (RFC 9457).
     *
     * @param type what kind of problem it is
     * @param title the kind in words
     * @param status status of the response
     * @param detail what the client can do
     * @param code the code that the log of the server names
     * @param operation the operation that was not called
     */
    record Body(String type, String title, int status, String detail, String code, String operation) {}
}
