package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PolicyNamesTests {

    @Test
    void writesKeysInTheirCanonicalForm() {
        assertThat(PolicyNames.key("chat", "max-attempts"))
                .isEqualTo("integration.reliable.policies.chat.max-attempts");
        assertThat(PolicyNames.key("chatApi_2", "jitter")).isEqualTo("integration.reliable.policies.chatapi2.jitter");
        assertThat(PolicyNames.key("chat.notify", "jitter"))
                .isEqualTo("integration.reliable.policies[chat.notify].jitter");
    }

    @Test
    void findsTheNameThatWasMeant() {
        List<String> known = List.of("mail", "chat", "payment-provider");
        assertThat(PolicyNames.closest("chta", known)).isNull();
        assertThat(PolicyNames.closest("chatt", known)).isEqualTo("chat");
        assertThat(PolicyNames.closest("paymentProvidr", known)).isEqualTo("payment-provider");
        assertThat(PolicyNames.closest("warehouse", known)).isNull();
    }
}
