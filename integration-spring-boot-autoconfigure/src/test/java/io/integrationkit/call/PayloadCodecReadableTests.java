package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.integrationkit.failure.ProblemCode;
import java.io.InputStream;
import java.sql.Connection;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.kafka.support.Acknowledgment;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PayloadCodecReadableTests {

    private final PayloadCodec codec = new PayloadCodec(JsonMapper.shared());

    @ParameterizedTest
    @ValueSource(strings = {"plain", "generic", "polymorphic", "none"})
    void acceptsWhatJacksonCanConstruct(String method) {
        assertThatCode(() -> require(method)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"object", "stream", "connection", "consumer", "acknowledgment", "record", "records", "open"})
    void refusesWhatJacksonCannotConstruct(String method) {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> require(method))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.ARGUMENTS_NOT_SERIALIZABLE))
                .withMessageContaining("Argument 0");
    }

    private void require(String method) {
        this.codec.requireReadable(Arrays.stream(Methods.class.getDeclaredMethods())
                .filter((candidate) -> candidate.getName().equals(method))
                .findFirst()
                .orElseThrow());
    }

    interface Methods {

        void none();

        void plain(Order order, int count, Instant at, byte[] body, JsonNode tree, CharSequence text);

        void generic(List<Order> orders, Map<String, Object> headers, Optional<Order> order);

        void polymorphic(Shape shape);

        void object(Object anything);

        void stream(InputStream body);

        void connection(Connection connection);

        void consumer(Consumer<String> callback);

        void acknowledgment(Acknowledgment acknowledgment);

        void record(ConsumerRecord<String, String> kafkaRecord);

        void records(List<ConsumerRecord<String, String>> kafkaRecords);

        void open(Open open);
    }

    record Order(String id, List<String> lines) {}

    interface Open {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes(@JsonSubTypes.Type(value = Circle.class, name = "circle"))
    interface Shape {}

    record Circle(int radius) implements Shape {}
}
