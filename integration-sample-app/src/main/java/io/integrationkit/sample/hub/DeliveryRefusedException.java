package io.integrationkit.sample.hub;

import org.springframework.http.ProblemDetail;

/** A delivery was refused and nothing of it was stored. Its message never holds anything the sender wrote. */
final class DeliveryRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Refusal refusal;

    DeliveryRefusedException(Refusal refusal, String detail) {
        super(detail, null, false, false);
        this.refusal = refusal;
    }

    ProblemDetail problem() {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(this.refusal.status(), getMessage());
        problem.setType(this.refusal.type());
        problem.setTitle(this.refusal.title());
        return problem;
    }

    Refusal refusal() {
        return this.refusal;
    }
}
