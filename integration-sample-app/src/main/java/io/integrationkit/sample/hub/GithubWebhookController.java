package io.integrationkit.sample.hub;

import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Takes deliveries from GitHub. A delivery that is refused leaves nothing behind but one line in the log. */
@RestController
class GithubWebhookController {

    static final String EVENT_HEADER = "X-GitHub-Event";

    static final String DELIVERY_HEADER = "X-GitHub-Delivery";

    static final String SIGNATURE_HEADER = "X-Hub-Signature-256";

    private static final Logger log = LoggerFactory.getLogger(GithubWebhookController.class);

    /** Both values travel in message headers and end up in keys of tables. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    private final DeliveryIntake intake;

    private final WebhookSignature signature;

    private final int maxBodySize;

    private final JsonMapper json;

    GithubWebhookController(DeliveryIntake intake, HubProperties properties, JsonMapper json) {
        this.intake = intake;
        this.signature = new WebhookSignature(properties.github().secrets());
        this.maxBodySize = Math.toIntExact(properties.github().maxBodySize().toBytes());
        this.json = json;
    }

    @PostMapping("/webhooks/github")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Receipt receive(HttpServletRequest request) throws IOException {
        String expected = header(request, SIGNATURE_HEADER);
        byte[] body = body(request);
        if (!this.signature.matches(body, expected)) {
            throw new DeliveryRefusedException(
                    Refusal.SIGNATURE_MISMATCH, "The header " + SIGNATURE_HEADER + " does not fit body and secret");
        }
        Delivery delivery =
                Delivery.of(token(request, DELIVERY_HEADER), token(request, EVENT_HEADER), readObject(body));
        Optional<Long> sequence = accept(delivery);
        return new Receipt(delivery.id(), sequence.isEmpty(), sequence.orElse(null));
    }

    private Optional<Long> accept(Delivery delivery) {
        try {
            return this.intake.accept(delivery);
        } catch (ProblemException ex) {
            if (ex.code() == ProblemCode.MESSAGE_TOO_LARGE) {
                throw new DeliveryRefusedException(
                        Refusal.EVENT_TOO_LARGE, "The event is larger than a message of the topic may be");
            }
            throw ex;
        }
    }

    private static String header(HttpServletRequest request, String name) {
        String value = request.getHeader(name);
        if (value == null || value.isBlank()) {
            throw new DeliveryRefusedException(Refusal.HEADER_MISSING, "The header " + name + " is missing");
        }
        return value;
    }

    private static String token(HttpServletRequest request, String name) {
        String value = header(request, name);
        if (!TOKEN.matcher(value).matches()) {
            throw new DeliveryRefusedException(
                    Refusal.HEADER_INVALID, "The header " + name + " must match " + TOKEN.pattern());
        }
        return value;
    }

    private byte[] body(HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() > this.maxBodySize) {
            throw bodyTooLarge();
        }
        byte[] body = request.getInputStream().readNBytes(this.maxBodySize);
        if (body.length == this.maxBodySize && request.getInputStream().read() >= 0) {
            throw bodyTooLarge();
        }
        return body;
    }

    private DeliveryRefusedException bodyTooLarge() {
        return new DeliveryRefusedException(
                Refusal.BODY_TOO_LARGE, "The body is larger than %d bytes".formatted(this.maxBodySize));
    }

    private JsonNode readObject(byte[] body) {
        try {
            JsonNode tree = this.json.readTree(body);
            if (tree.isObject()) {
                return tree;
            }
            throw new DeliveryRefusedException(Refusal.BODY_UNREADABLE, "The body is JSON, but not an object");
        } catch (JacksonException ex) {
            throw new DeliveryRefusedException(Refusal.BODY_UNREADABLE, "The body is not JSON");
        }
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refused(DeliveryRefusedException ex) {
        log.warn("A delivery was refused: {}", ex.getMessage());
        return ResponseEntity.status(ex.refusal().status())
                .contentType(MediaType.APPLICATION_PROBLEM_JSON)
                .body(ex.problem());
    }

    /**
     * What GitHub is told.
     *
     * @param delivery id of the delivery
     * @param duplicate whether it had been taken before
     * @param sequence its place among the deliveries of its key, {@code null} for a duplicate
     */
    record Receipt(
            String delivery, boolean duplicate, @Nullable Long sequence) {}
}
