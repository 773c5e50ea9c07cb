package io.integrationkit.sample.hub;

import java.net.URI;
import org.springframework.http.HttpStatus;

/** Why a delivery is refused; each reason has a problem type of its own. */
enum Refusal {
    SIGNATURE_MISMATCH(HttpStatus.UNAUTHORIZED, "signature-mismatch", "The signature does not fit the body"),
    HEADER_MISSING(HttpStatus.BAD_REQUEST, "header-missing", "A header is missing"),
    HEADER_INVALID(HttpStatus.BAD_REQUEST, "header-invalid", "A header has a value that GitHub never sends"),
    BODY_UNREADABLE(HttpStatus.BAD_REQUEST, "body-unreadable", "The body is not a JSON object"),
    BODY_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "body-too-large", "The body is larger than GitHub's limit"),
    EVENT_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "event-too-large", "The event is larger than the topic takes");

    private final HttpStatus status;

    private final URI type;

    private final String title;

    Refusal(HttpStatus status, String type, String title) {
        this.status = status;
        this.type = URI.create("urn:problem:webhook:" + type);
        this.title = title;
    }

    HttpStatus status() {
        return this.status;
    }

    URI type() {
        return this.type;
    }

    String title() {
        return this.title;
    }
}
