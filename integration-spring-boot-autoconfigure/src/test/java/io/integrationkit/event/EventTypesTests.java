package io.integrationkit.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventTypesTests {

    private final EventTypes types = new EventTypes(UnaryOperator.identity());

    @Test
    void readsTheAnnotationOnce() {
        EventDescriptor descriptor = this.types.describe(OrderPlaced.class);
        assertThat(descriptor.type()).isEqualTo("order.placed");
        assertThat(descriptor.version()).isEqualTo(2);
        assertThat(descriptor.destination()).isEqualTo("orders");
        assertThat(this.types.describe(OrderPlaced.class)).isSameAs(descriptor);
    }

    @Test
    void keyIsReadFromNestedRecords() {
        OrderPlaced event = new OrderPlaced("o-1", new Customer(42L));
        assertThat(this.types.describe(OrderPlaced.class).keyOf(event)).isEqualTo("42");
    }

    @Test
    void keyIsReadFromBeans() {
        assertThat(this.types.describe(BeanEvent.class).keyOf(new BeanEvent())).isEqualTo("from a getter");
    }

    @Test
    void withoutKeyAndDestinationThereAreNone() {
        EventDescriptor descriptor = this.types.describe(Plain.class);
        assertThat(descriptor.keyOf(new Plain())).isNull();
        assertThat(descriptor.destination()).isNull();
        assertThat(descriptor.version()).isEqualTo(1);
    }

    @Test
    void destinationMayBeAPlaceholder() {
        EventTypes resolving = new EventTypes((text) -> text.replace("${topic}", "orders-prod"));
        assertThat(resolving.describe(Placeholder.class).destination()).isEqualTo("orders-prod");
    }

    @Test
    void nullKeyIsRefusedBecauseItWouldLoseTheOrder() {
        assertRefused(
                ProblemCode.INVALID_EXPRESSION,
                () -> this.types.describe(OrderPlaced.class).keyOf(new OrderPlaced("o-1", new Customer(null))));
    }

    @Test
    void keyCannotCallMethodsOrTypes() {
        assertRefused(
                ProblemCode.INVALID_EXPRESSION,
                () -> this.types.describe(Calling.class).keyOf(new Calling("x")));
        assertRefused(
                ProblemCode.INVALID_EXPRESSION,
                () -> this.types.describe(Typed.class).keyOf(new Typed()));
    }

    @Test
    void brokenKeyIsRefusedWhenTheTypeIsRead() {
        assertRefused(ProblemCode.INVALID_EXPRESSION, () -> this.types.describe(BrokenKey.class));
    }

    @Test
    void classWithoutAnnotationIsNoEventType() {
        assertRefused(ProblemCode.EVENT_TYPE_MISSING, () -> this.types.describe(String.class));
    }

    @Test
    void subclassDoesNotInheritTheName() {
        assertRefused(ProblemCode.EVENT_TYPE_MISSING, () -> this.types.describe(Sub.class));
    }

    @Test
    void blankNameAndVersionZeroAreRefused() {
        assertRefused(ProblemCode.EVENT_TYPE_MISSING, () -> this.types.describe(Blank.class));
        assertRefused(ProblemCode.EVENT_TYPE_MISSING, () -> this.types.describe(VersionZero.class));
    }

    @Test
    void twoClassesCannotShareNameAndVersion() {
        this.types.describe(OrderPlaced.class);
        assertRefused(ProblemCode.EVENT_TYPE_CONFLICT, () -> this.types.describe(Conflicting.class));
        assertRefused(ProblemCode.EVENT_TYPE_CONFLICT, () -> this.types.describe(Conflicting.class));
    }

    @Test
    void anotherVersionOfTheSameNameIsFine() {
        this.types.describe(OrderPlaced.class);
        assertThat(this.types.describe(OrderPlacedV3.class).version()).isEqualTo(3);
    }

    @Test
    void highestVersionIsTheCurrentOne() {
        EventTypes known = new EventTypes(UnaryOperator.identity(), List.of(OrderPlacedV3.class, OrderPlaced.class));
        assertThat(known.current("order.placed")).isSameAs(known.describe(OrderPlacedV3.class));
        assertThat(known.versions("order.placed"))
                .extracting(EventDescriptor::version)
                .containsExactly(2, 3);
        assertThat(known.names()).containsExactly("order.placed");
        assertThat(known.current("nobody")).isNull();
        assertThat(known.versions("nobody")).isEmpty();
    }

    @Test
    void conflictIsFoundWhenTheRegistryIsMadeAndSaysWhatToDo() {
        assertThatExceptionOfType(EventConfigurationException.class)
                .isThrownBy(
                        () -> new EventTypes(UnaryOperator.identity(), List.of(OrderPlaced.class, Conflicting.class)))
                .withMessageContainingAll("INT-311", OrderPlaced.class.getName(), Conflicting.class.getName())
                .satisfies((ex) -> assertThat(ex.action()).contains("version = 3"));
    }

    private static void assertRefused(ProblemCode code, Runnable action) {
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(action::run)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(code));
    }

    record Customer(@Nullable Long id) {}

    @EventType(value = "order.placed", version = 2, destination = "orders", key = "customer.id")
    record OrderPlaced(String orderId, Customer customer) {}

    @EventType(value = "order.placed", version = 2)
    record Conflicting() {}

    @EventType(value = "order.placed", version = 3)
    record OrderPlacedV3() {}

    @EventType("plain")
    static class Plain {}

    static class Sub extends Plain {}

    @EventType(value = "bean", key = "name")
    public static class BeanEvent {

        public String getName() {
            return "from a getter";
        }
    }

    @EventType(value = "placeholder", destination = "${topic}")
    record Placeholder() {}

    @EventType(value = "calling", key = "name.toUpperCase()")
    record Calling(String name) {}

    @EventType(value = "typed", key = "T(java.lang.Runtime).getRuntime()")
    record Typed() {}

    @EventType(value = "broken", key = "a +")
    record BrokenKey() {}

    @EventType(" ")
    record Blank() {}

    @EventType(value = "zero", version = 0)
    record VersionZero() {}
}
