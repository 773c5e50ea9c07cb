package io.integrationkit.autoconfigure.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.event.EventAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.call.Sensitive;
import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetterMessage;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.Intervention;
import io.integrationkit.event.EventType;
import io.integrationkit.event.EventTypes;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.reliable.OnExhausted;
import io.integrationkit.reliable.Reliable;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

/** The settings that say what is shown of dead letters, and to whom. */
class DeadLetterPrivacyTests {

    private static final Intervention BY = new Intervention("anna", "look at it");

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    CallAutoConfiguration.class,
                    ReliableAutoConfiguration.class,
                    EventAutoConfiguration.class,
                    DeadLetterAutoConfiguration.class))
            .withBean("shop", Shop.class);

    @Test
    void unlessSaidOtherwiseUsualSecretsAreMaskedAndNothingIsRevealed() {
        this.runner.run((context) -> {
            String id = store(context, "{\"shoe\":44,\"pin\":7}", null, 1);

            assertThat(shown(context, id)).isEqualTo("{\"shoe\":44,\"pin\":\"***\"} ***");
            assertThat(revealed(context, id)).isEqualTo("INT-608");
        });
    }

    @Test
    void furtherFieldsAndHeadersAreAddedAndOthersTakeTheirPlace() {
        this.runner
                .withPropertyValues(
                        "integration.dead-letters.masking.additional-fields=sh*",
                        "integration.dead-letters.masking.additional-headers=X-Team")
                .run((context) -> assertThat(shown(context, store(context, "{\"shoe\":44,\"pin\":7}", null, 1)))
                        .isEqualTo("{\"shoe\":\"***\",\"pin\":\"***\"} blue"));
        this.runner
                .withPropertyValues(
                        "integration.dead-letters.masking.fields=shoe", "integration.dead-letters.masking.headers=x-*")
                .run((context) -> assertThat(shown(context, store(context, "{\"shoe\":44,\"pin\":7}", null, 1)))
                        .isEqualTo("{\"shoe\":\"***\",\"pin\":7} blue"));
    }

    @Test
    void whereThatIsAllowedContentIsRevealed() {
        this.runner.withPropertyValues("integration.dead-letters.reveal=true").run((context) -> {
            String id = store(context, "{\"shoe\":44,\"pin\":7}", null, 1);

            assertThat(revealed(context, id)).isEqualTo("{\"shoe\":44,\"pin\":7}");
            assertThat(context.getBean(DeadLetters.class).history(id)).hasSize(1);
        });
    }

    @Test
    void settingsThatCannotWorkEndStartUp() {
        for (String setting : new String[] {
            "masking.fields=", "masking.fields=a,,b", "masking.headers=" + "x".repeat(101), "masking.field=a"
        }) {
            this.runner
                    .withPropertyValues("integration.dead-letters." + setting)
                    .run((context) -> assertThat(context).as(setting).hasFailed());
        }
    }

    @Test
    void theMethodsAndEventsOfTheApplicationSayWhatIsSensitive() {
        this.runner.run((context) -> {
            context.getBean(EventTypes.class).describe(Placed.class);
            context.getBean(Shop.class).order("anna", "CANARY");
            DeadLetters deadLetters = context.getBean(DeadLetters.class);
            String call =
                    deadLetters.list(DeadLetterFilter.all(), null, 1).get(0).id();
            String payload = "{\"id\":1,\"greeting\":\"CANARY\"}";

            assertThat(deadLetters.show(call).orElseThrow().content()).isEqualTo("[\"anna\",\"***\"]");
            assertThat(shown(context, store(context, payload, "shop.placed", 3)))
                    .startsWith("{\"id\":1,\"greeting\":\"***\"}");
            assertThat(shown(context, store(context, payload, "shop.placed", 2)))
                    .startsWith("{\"id\":\"***\",\"greeting\":\"***\"}");
        });
    }

    private static String store(ApplicationContext context, String payload, @Nullable String type, int version) {
        return context.getBean(DeadLetters.class)
                .storeMessage(new DeadLetterMessage(
                        "events",
                        null,
                        "m-" + version,
                        type,
                        version,
                        null,
                        Map.of("X-Team", "blue"),
                        payload.getBytes(StandardCharsets.UTF_8),
                        Failure.of(FailureCategory.PERMANENT),
                        new IllegalStateException(),
                        1));
    }

    private static String shown(ApplicationContext context, String id) {
        return context.getBean(DeadLetters.class)
                .show(id)
                .map((shown) -> shown.content() + " " + shown.headers().get("X-Team"))
                .orElseThrow();
    }

    private static String revealed(ApplicationContext context, String id) {
        try {
            return String.valueOf(context.getBean(DeadLetters.class)
                    .reveal(id, BY)
                    .orElseThrow()
                    .content());
        } catch (ProblemException ex) {
            return ex.code().id();
        }
    }

    @EventType(value = "shop.placed", version = 3)
    record Placed(int id, @Sensitive String greeting) {}

    static class Shop {

        @Reliable(maxAttempts = 1, onExhausted = OnExhausted.DEAD_LETTER)
        void order(String customer, @Sensitive String remark) {
            throw new IllegalStateException("closed");
        }
    }
}
