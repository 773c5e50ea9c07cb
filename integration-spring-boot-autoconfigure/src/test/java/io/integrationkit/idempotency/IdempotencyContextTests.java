package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.context.IdempotencyContext;
import io.integrationkit.context.Scope;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class IdempotencyContextTests {

    private static final IdempotencyKey KEY = new IdempotencyKey("shop.order", "alice", "abc");

    private final IdempotencyContext context = IdempotencyContext.of(KEY.identity(), 7);

    @Test
    void aNewAttemptCountsFromTheBeginning() {
        assertThat(this.context.ordinalOf("a")).isEqualTo(1);
        assertThat(this.context.ordinalOf("a")).isEqualTo(2);
        this.context.attemptBegins();
        assertThat(this.context.ordinalOf("a")).isEqualTo(1);
    }

    @Test
    void aChildKeyFollowsFromTheKeyAndThePlaceAndNotFromTheHolder() {
        assertThat(this.context.childKey("a"))
                .isEqualTo(IdempotencyContext.of(KEY.identity(), 8).childKey("a"));
        Set<String> keys = Stream.of(
                        this.context.childKey("a"),
                        this.context.childKey("b"),
                        IdempotencyContext.of(new IdempotencyKey("shop.order", "bob", "abc").identity(), 7)
                                .childKey("a"),
                        IdempotencyContext.of(new IdempotencyKey("shop.order", "alice", "abd").identity(), 7)
                                .childKey("a"),
                        IdempotencyContext.of(new IdempotencyKey("shop.orde", "ralice", "abc").identity(), 7)
                                .childKey("a"))
                .collect(Collectors.toSet());
        assertThat(keys).hasSize(5).allMatch((key) -> key.matches("[0-9a-f]{64}"));
    }

    @Test
    void theInnerOfTwoCallsIsTheCurrentOne() {
        IdempotencyContext inner = IdempotencyContext.of(KEY.identity(), 8);
        try (Scope outerScope = this.context.open()) {
            try (Scope innerScope = inner.open()) {
                assertThat(IdempotencyContext.current()).isSameAs(inner);
            }
            assertThat(IdempotencyContext.current()).isSameAs(this.context);
        }
        assertThat(IdempotencyContext.current()).isNull();
    }
}
