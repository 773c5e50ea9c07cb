package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

class PayloadCodecArgumentsTests {

    private final PayloadCodec codec = new PayloadCodec(JsonMapper.shared());

    private final Method method;

    PayloadCodecArgumentsTests() throws NoSuchMethodException {
        this.method = Orders.class.getDeclaredMethod("place", Order.class, List.class, double.class, String.class);
    }

    @Test
    void argumentsComeBackAsTheyWere() {
        Object[] arguments = {new Order("a\"b", new BigDecimal("10.50")), List.of(1L, 2L), 0.1, null};
        String json = this.codec.writeArguments(this.method, arguments);
        assertThat(json).isEqualTo("[{\"id\":\"a\\\"b\",\"amount\":10.50},[1,2],0.1,null]");
        assertThat(this.codec.readArguments(this.method, json)).containsExactly(arguments);
    }

    @Test
    void howTheApplicationIndentsItsJsonDoesNotChangeWhatIsCompared() {
        PayloadCodec indenting = new PayloadCodec(
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build());
        Object[] arguments = {new Order("a", BigDecimal.ONE), List.of(), 1e10, "text"};
        assertThat(indenting.writeArguments(this.method, arguments))
                .isEqualTo(this.codec.writeArguments(this.method, arguments));
    }

    interface Orders {

        void place(Order order, List<Long> items, double discount, String note);
    }

    record Order(String id, BigDecimal amount) {}
}
