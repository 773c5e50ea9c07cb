package io.integrationkit.sample.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;
import org.springframework.test.web.servlet.setup.MockMvcBuilders;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.json.JsonMapper;

@ExtendWith(OutputCaptureExtension.class)
class GithubWebhookControllerTests {

    private static final String BODY = "{\"action\":\"opened\",\"sender\":{\"login\":\"octocat\"}}";

    private final DeliveryIntake intake = mock(DeliveryIntake.class);

    private final GithubWebhookController controller = controller(DataSize.ofKilobytes(1));

    private final MockMvc mvc = MockMvcBuilders.standaloneSetup(this.controller).build();

    private GithubWebhookController controller(DataSize limit) {
        HubProperties properties = new HubProperties(
                new HubProperties.Github("secret", "older secret", limit),
                new HubProperties.Chat(URI.create("http://localhost")),
                1);
        return new GithubWebhookController(this.intake, properties, new JsonMapper());
    }

    @Test
    void takesADeliveryAndTellsItsSequence() throws Exception {
        given(this.intake.accept(any())).willReturn(Optional.of(7L));
        this.mvc
                .perform(delivery(BODY))
                .andExpect(status().isAccepted())
                .andExpect(content().json("{\"delivery\":\"d-1\",\"duplicate\":false,\"sequence\":7}"));
    }

    @Test
    void tellsThatADeliveryIsADuplicate() throws Exception {
        given(this.intake.accept(any())).willReturn(Optional.empty());
        this.mvc
                .perform(delivery(BODY))
                .andExpect(status().isAccepted())
                .andExpect(content().json("{\"delivery\":\"d-1\",\"duplicate\":true,\"sequence\":null}"));
    }

    @Test
    void takesADeliverySignedWithThePreviousSecret() throws Exception {
        given(this.intake.accept(any())).willReturn(Optional.of(1L));
        this.mvc.perform(delivery(BODY, sign(BODY, "older secret"))).andExpect(status().isAccepted());
    }

    @Test
    void refusesAWrongSignature() throws Exception {
        refused(delivery(BODY, sign(BODY, "guess")), 401, "signature-mismatch");
    }

    @Test
    void saysNothingElseToSomebodyWhoCannotSign() throws Exception {
        MockHttpServletRequestBuilder request =
                post("/webhooks/github").content("not json").header("X-Hub-Signature-256", "sha256=00");
        refused(request, 401, "signature-mismatch");
    }

    @Test
    void refusesAMissingSignature() throws Exception {
        refused(
                post("/webhooks/github")
                        .content(BODY)
                        .header("X-GitHub-Event", "issues")
                        .header("X-GitHub-Delivery", "d-1"),
                400,
                "header-missing");
    }

    @Test
    void refusesAMissingDeliveryIdOrEvent() throws Exception {
        refused(signed(BODY).header("X-GitHub-Event", "issues"), 400, "header-missing");
        refused(signed(BODY).header("X-GitHub-Delivery", "d-1"), 400, "header-missing");
        refused(signed(BODY).header("X-GitHub-Event", " ").header("X-GitHub-Delivery", "d-1"), 400, "header-missing");
    }

    @Test
    void refusesAHeaderThatCouldNotTravel() throws Exception {
        refused(
                signed(BODY).header("X-GitHub-Event", "is\tsues").header("X-GitHub-Delivery", "d-1"),
                400,
                "header-invalid");
    }

    @Test
    void refusesABodyThatIsNoJsonObject() throws Exception {
        for (String body : new String[] {"", "{", "[1]", "null", "\"text\"", "payload=%7B%7D"}) {
            refused(delivery(body), 400, "body-unreadable");
        }
    }

    @Test
    void refusesABodyBeyondTheLimit() throws Exception {
        String body = "{\"text\":\"" + "x".repeat(1024) + "\"}";
        refused(delivery(body), 413, "body-too-large");
    }

    @Test
    void takesABodyOfExactlyTheLimit() throws Exception {
        given(this.intake.accept(any())).willReturn(Optional.of(1L));
        String frame = "{\"text\":\"\"}";
        String body = "{\"text\":\"" + "x".repeat(1024 - frame.length()) + "\"}";
        this.mvc.perform(delivery(body)).andExpect(status().isAccepted());
    }

    @Test
    void readsNoMoreThanTheLimitOfABodyOfUnknownLength() {
        EndlessBody body = new EndlessBody();
        MockHttpServletRequest request = new MockHttpServletRequest() {

            @Override
            public ServletInputStream getInputStream() {
                return body;
            }
        };
        request.addHeader("X-Hub-Signature-256", "sha256=00");
        DeliveryRefusedException refused =
                assertThrows(DeliveryRefusedException.class, () -> this.controller.receive(request));
        assertThat(refused.refusal()).isEqualTo(Refusal.BODY_TOO_LARGE);
        assertThat(body.read).isEqualTo(1024 + 1);
    }

    @Test
    void refusesAnEventBeyondTheTopicsLimit() throws Exception {
        given(this.intake.accept(any()))
                .willThrow(new ProblemException(
                        ProblemCode.MESSAGE_TOO_LARGE, FailureCategory.VALIDATION, "larger than 1MB"));
        expectProblem(this.mvc.perform(delivery(BODY)), 413, "event-too-large");
    }

    @Test
    void logsTheReasonOfARefusalAndNothingTheSenderWrote(CapturedOutput output) throws Exception {
        refused(delivery("{\"password\":\"hunter2\"", sign(BODY, "guess")), 401, "signature-mismatch");
        assertThat(output).contains("A delivery was refused: The header X-Hub-Signature-256 does not fit");
        assertThat(output).doesNotContain("hunter2", "d-1", "Exception", "\tat ");
    }

    private void refused(MockHttpServletRequestBuilder request, int status, String type) throws Exception {
        expectProblem(this.mvc.perform(request), status, type);
        verify(this.intake, never()).accept(any());
    }

    private static void expectProblem(ResultActions result, int status, String type) throws Exception {
        result.andExpect(status().is(status))
                .andExpect(content().contentType(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(jsonPath("$.type").value("urn:problem:webhook:" + type))
                .andExpect(jsonPath("$.status").value(status))
                .andExpect(jsonPath("$.title").isNotEmpty())
                .andExpect(jsonPath("$.detail").isNotEmpty());
    }

    private static MockHttpServletRequestBuilder delivery(String body) {
        return delivery(body, sign(body, "secret"));
    }

    private static MockHttpServletRequestBuilder delivery(String body, String signature) {
        return post("/webhooks/github")
                .content(body)
                .header("X-GitHub-Event", "issues")
                .header("X-GitHub-Delivery", "d-1")
                .header("X-Hub-Signature-256", signature);
    }

    private static MockHttpServletRequestBuilder signed(String body) {
        return post("/webhooks/github").content(body).header("X-Hub-Signature-256", sign(body, "secret"));
    }

    private static String sign(String body, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            return "sha256=" + HexFormat.of().formatHex(mac.doFinal(body.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static final class EndlessBody extends ServletInputStream {

        private long read;

        @Override
        public int read() {
            this.read++;
            return 'x';
        }

        @Override
        public boolean isFinished() {
            return false;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(@Nullable ReadListener listener) {
            throw new UnsupportedOperationException();
        }
    }
}
