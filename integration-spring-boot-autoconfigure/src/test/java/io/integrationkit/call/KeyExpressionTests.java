package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyExpressionTests {

    private static final Order ORDER = new Order("o-1", new Customer("c-1"), List.of(new Item("i-1"), new Item("i-2")));

    record Order(@Nullable String id, @Nullable Customer customer, List<Item> items) {}

    record Item(String sku) {}

    enum Channel {
        WEB {
            @Override
            public String toString() {
                return "the web";
            }
        }
    }

    static class Customer {

        private final String number;

        Customer(String number) {
            this.number = number;
        }

        public String getNumber() {
            return this.number;
        }
    }

    void ship(Order order, Object tenant, Map<String, String> headers) {}

    void nothing() {}

    @ParameterizedTest
    @ValueSource(strings = {"#order.id", "#p0.id", "#a0.id", "#order.id()"})
    void recordsAreReadByNameAndByPosition(String text) {
        if (text.endsWith("()")) {
            assertThatExceptionOfType(InvalidOperationException.class).isThrownBy(() -> compile(text));
            return;
        }
        assertThat(key(text, ORDER, "t", Map.of())).isEqualTo("o-1");
    }

    @Test
    void gettersMapsAndElementsAreRead() {
        assertThat(key("#order.customer.number", ORDER, "t", Map.of())).isEqualTo("c-1");
        assertThat(key("#headers['ce_id']", ORDER, "t", Map.of("ce_id", "m-1"))).isEqualTo("m-1");
        assertThat(key("#order.items[1].sku", ORDER, "t", Map.of())).isEqualTo("i-2");
        assertThat(key("#order.items.![sku]", ORDER, "t", Map.of())).isEqualTo("3:i-13:i-2");
        assertThat(key("#order.items.?[#this.sku == 'i-2'].![sku]", ORDER, "t", Map.of()))
                .isEqualTo("3:i-2");
        assertThat(key("#order.id ?: #tenant", new Order(null, null, List.of()), "t", Map.of()))
                .isEqualTo("t");
    }

    @Test
    void valuesWithATextOfTheirOwnAreKeys() {
        UUID uuid = UUID.randomUUID();
        assertThat(key("#tenant", ORDER, uuid, Map.of())).isEqualTo(uuid.toString());
        assertThat(key("#tenant", ORDER, 42L, Map.of())).isEqualTo("42");
        assertThat(key("#tenant", ORDER, Channel.WEB, Map.of())).isEqualTo("WEB");
        assertThat(key("#tenant", ORDER, Optional.of("t"), Map.of())).isEqualTo("t");
        assertThat(key("#tenant", ORDER, new byte[] {1, (byte) 0xff}, Map.of())).isEqualTo("01ff");
    }

    @Test
    void partsCannotRunIntoEachOther() {
        assertThat(key("#tenant", ORDER, List.of("a:b", "c"), Map.of()))
                .isNotEqualTo(key("#tenant", ORDER, List.of("a", "b:c"), Map.of()));
        assertThat(key("{#tenant, #order.id}", ORDER, "t", Map.of()))
                .isEqualTo("1:t3:o-1")
                .isEqualTo(key("#tenant", ORDER, new Object[] {"t", "o-1"}, Map.of()))
                .isNotEqualTo(key("#tenant", ORDER, "1:t3:o-1", Map.of()));
        assertThat(key("#tenant", ORDER, List.of(List.of("a", "b"), "c"), Map.of()))
                .isNotEqualTo(key("#tenant", ORDER, List.of("a", List.of("b", "c")), Map.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#order.id",
                "#order.customer.number",
                "{#tenant, #order.id}",
                "#headers['none']",
                "#order.items",
                "#order.items.?[sku == 'x']"
            })
    void aMissingPartIsAMissingKey(String text) {
        Order empty = new Order(null, null, List.of());
        assertThat(compile(text).find(new @Nullable Object[] {empty, "t", Map.of()}))
                .isNull();
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> key(text, empty, "t", Map.of()))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.KEY_MISSING);
                    assertThat(ex.category()).isEqualTo(FailureCategory.VALIDATION);
                    assertThat(ex).hasMessageContaining("orders.ship").hasMessageContaining(text);
                });
    }

    @Test
    void aNullArgumentOrABlankTextIsAMissingKey() {
        assertThat(compile("#order.items.![sku]").find(new @Nullable Object[] {null, null, null}))
                .isNull();
        assertThat(compile("#headers['x']").find(new @Nullable Object[] {null, null, null}))
                .isNull();
        assertThat(compile("#tenant").find(new @Nullable Object[] {null, "  ", null}))
                .isNull();
        assertThat(compile("#tenant").find(new @Nullable Object[] {null, Arrays.asList("a", null), null}))
                .isNull();
        assertThat(compile("#tenant").find(new @Nullable Object[] {null, new byte[0], null}))
                .isNull();
    }

    @Test
    void anObjectThatPrintsItsAddressIsNoKey() {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> key("#order.customer", ORDER, "t", Map.of()))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_EXPRESSION))
                .withMessageContaining("Customer");
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> key("#headers", ORDER, "t", Map.of("a", "b")))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_EXPRESSION));
    }

    @Test
    void aPropertyThatIsNotThereIsNamedWhenTheCallIsMade() {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(() -> key("#order.nummer", ORDER, "t", Map.of()))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_EXPRESSION))
                .withMessageContaining("nummer")
                .withMessageContaining("@Idempotent(key)");
    }

    @Test
    void aSyntaxErrorIsShownInItsPlace() {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> compile("#order.id + "))
                .satisfies((ex) -> {
                    assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_EXPRESSION);
                    assertThat(ex.getMessage().lines().skip(1)).containsExactly("    #order.id + ", "              ^");
                    assertThat(ex).hasMessageContaining("@Idempotent(key) of orders.ship");
                });
    }

    @Test
    void anUnknownVariableIsShownInItsPlaceWithTheNearestParameter() {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> compile("{#tenant, #odrer.id}"))
                .satisfies((ex) -> {
                    assertThat(ex.getMessage().lines().skip(1))
                            .containsExactly("    {#tenant, #odrer.id}", "              ^");
                    assertThat(ex.action()).startsWith("Did you mean #order?").contains("#headers");
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "'constant'",
                "order.id",
                "#root",
                "#this",
                "T(java.lang.Runtime).getRuntime()",
                "new java.io.File('x')",
                "@bean.x",
                "#order.toString()",
                "#order.id = 'x'",
                "#a1++",
                "#order.id.\\x",
                "#function(#order)",
                "#order.items.![#root]",
                "#p3"
            })
    void whatIsNotAReadOfAParameterIsRefusedAtStartUp(String text) {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> compile(text))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.INVALID_EXPRESSION))
                .withMessageContaining("^");
    }

    @Test
    void aMethodWithoutParametersIsToldToHaveOne() throws Exception {
        Operation operation = operation(KeyExpressionTests.class.getDeclaredMethod("nothing"));
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> KeyExpression.compile(operation, "@Idempotent(key)", "#order"))
                .satisfies((ex) -> assertThat(ex.action()).contains("Give the method a parameter"));
    }

    private static String key(String text, @Nullable Object... arguments) {
        return compile(text).evaluate(arguments);
    }

    private static KeyExpression compile(String text) {
        try {
            return KeyExpression.compile(
                    operation(KeyExpressionTests.class.getDeclaredMethod("ship", Order.class, Object.class, Map.class)),
                    "@Idempotent(key)",
                    text);
        } catch (NoSuchMethodException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static Operation operation(Method method) {
        return new Operation("orders.ship", "orders", KeyExpressionTests.class, method);
    }
}
