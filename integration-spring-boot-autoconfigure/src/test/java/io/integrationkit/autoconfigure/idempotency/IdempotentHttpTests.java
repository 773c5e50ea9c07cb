package io.integrationkit.autoconfigure.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.idempotency.ShopApplication.Effects;
import io.integrationkit.autoconfigure.idempotency.ShopClient.Answer;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.Plan;
import io.integrationkit.call.Setting;
import io.integrationkit.idempotency.Claim;
import io.integrationkit.idempotency.ClaimRequest;
import io.integrationkit.idempotency.IdempotencyStore;
import io.integrationkit.testsupport.DelegatingIdempotencyStore;
import io.integrationkit.testsupport.ManualTime;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/** What clients of controller methods see beyond the draft of the header. */
@ExtendWith(OutputCaptureExtension.class)
class IdempotentHttpTests {

    private static final String PROBLEM = "urn:integrationkit:problem:idempotency-";

    private final List<ConfigurableApplicationContext> running = new ArrayList<>();

    @AfterEach
    void stop() {
        this.running.forEach(ConfigurableApplicationContext::close);
    }

    private ConfigurableApplicationContext start(String... properties) {
        return run(new SpringApplication(ShopApplication.class), properties);
    }

    private ConfigurableApplicationContext startWith(Claim answer) {
        SpringApplication application = new SpringApplication(ShopApplication.class);
        application.addInitializers((context) -> ((GenericApplicationContext) context)
                .registerBean(IdempotencyStore.class, () -> new AnsweringStore(answer)));
        return run(application, "integration.idempotency.max-wait=0");
    }

    private ConfigurableApplicationContext run(SpringApplication application, String... properties) {
        String[] arguments =
                Arrays.stream(properties).map((each) -> "--" + each).toArray(String[]::new);
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = "--server.port=0";
        ConfigurableApplicationContext context = application.run(all);
        this.running.add(context);
        return context;
    }

    private static final class AnsweringStore extends DelegatingIdempotencyStore {

        private final Claim answer;

        AnsweringStore(Claim answer) {
            super(IdempotencyStore.inMemory(10, new ManualTime()));
            this.answer = answer;
        }

        @Override
        public Claim claim(ClaimRequest request) {
            return this.answer;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"down", "entity-503"})
    void anAnswerThatAsksTheClientToComeAgainGivesTheKeyBack(String kind) throws Exception {
        ConfigurableApplicationContext application = start();
        ShopClient client = new ShopClient(application);
        assertThat(client.post("/refusals/" + kind, "k", "").status()).isEqualTo(503);
        Answer retry = client.post("/refusals/" + kind, "k", "");
        assertThat(retry.status()).isEqualTo(503);
        assertThat(retry.replayed()).isFalse();
        assertThat(application.getBean(Effects.class).of(kind)).isEqualTo(2);
    }

    @Test
    void whatAnOperationFurtherInsideRefusesIsLeftToTheApplication() throws Exception {
        ShopClient client = new ShopClient(start());
        assertThat(client.post("/refusals/stock", "k", "").body()).isEqualTo("own answer to [INT-401]");
        assertThat(client.post("/refusals/stock-reused", "k", "").body()).isEqualTo("own answer to [INT-402]");
        assertThat(client.order(null).problem()).isEqualTo(PROBLEM + "key-missing");
    }

    @Test
    void theApplicationMayTellProblemsItself() throws Exception {
        ShopClient client = new ShopClient(start("integration.idempotency.http.problem-details=false"));
        Answer answer = client.order(null);
        assertThat(answer.status()).isEqualTo(555);
        assertThat(answer.body()).isEqualTo("own answer to [INT-401]");
    }

    @Test
    void withoutAPageForClientsThereIsNoLink() throws Exception {
        assertThat(new ShopClient(start()).order(null).header("Link")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"0,1", "1,1", "1000,1", "1001,2", "29999,30"})
    void retryAfterIsInWholeSecondsRatherLateThanEarly(long millis, String seconds) throws Exception {
        ShopClient client = new ShopClient(startWith(new Claim.InProgress(Duration.ofMillis(millis))));
        Answer answer = client.order("k");
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.header("Retry-After")).contains(seconds);
    }

    @Test
    void anUnknownOutcomeIsNoConflictThatGoesAwayByWaiting(CapturedOutput output) throws Exception {
        ConfigurableApplicationContext application = startWith(new Claim.OutcomeUnknown(7));
        Answer answer = new ShopClient(application).order("secret-key");
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.problem()).isEqualTo(PROBLEM + "outcome-unknown");
        assertThat(answer.json().path("code").asString()).isEqualTo("INT-407");
        assertThat(application.getBean(Effects.class).of("order")).isZero();
        assertThat(output).contains("WARN", "INT-407").doesNotContain("secret-key");
    }

    @Test
    void aResultThatIsTooLargeToKeepIsNotMadeAgain() throws Exception {
        ConfigurableApplicationContext application = start("integration.idempotency.max-result-size=20B");
        ShopClient client = new ShopClient(application);
        assertThat(client.order("k").status()).isEqualTo(201);
        for (int i = 0; i < 2; i++) {
            Answer retry = client.order("k");
            assertThat(retry.status()).isEqualTo(500);
            assertThat(retry.problem()).isEqualTo(PROBLEM + "result-lost");
            assertThat(retry.replayed()).isFalse();
        }
        assertThat(application.getBean(Effects.class).of("order")).isEqualTo(1);
    }

    @Test
    void filesAreComparedByTheirContent() throws Exception {
        ShopClient client = new ShopClient(start());
        assertThat(client.send(file(client, "one")).body()).isEqualTo("1");
        assertThat(client.send(file(client, "one")).replayed()).isTrue();
        assertThat(client.send(file(client, "two")).status()).isEqualTo(422);
    }

    private static HttpRequest.Builder file(ShopClient client, String content) {
        String body = String.join(
                "\r\n",
                "--b",
                "Content-Disposition: form-data; name=\"file\"; filename=\"f.txt\"",
                "Content-Type: text/plain",
                "",
                content,
                "--b--",
                "");
        return client.request("/files", body)
                .setHeader("Content-Type", "multipart/form-data; boundary=b")
                .header("Idempotency-Key", "k");
    }

    @Test
    void thePlanSaysThatTheKeyIsTheHeader() {
        assertThat(start().getBean(OperationRegistry.class).plans())
                .filteredOn((plan) -> plan.operation().name().endsWith(".order"))
                .flatExtracting(Plan::settings)
                .contains(new Setting("idempotency.key", "header Idempotency-Key", Setting.DEFAULT));
    }
}
