package io.integrationkit.benchmarks.listener;

import io.integrationkit.benchmarks.listener.Orders.Order;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.json.JsonMapper;

/** What a handler has to do anyway: reads the orders and writes a row for each, all in one JDBC batch. */
final class Effects {

    static final String TABLE = """
            CREATE TABLE effect (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, listener text NOT NULL, customer text NOT NULL,
                order_number bigint NOT NULL, cents bigint NOT NULL)""";

    static final String COUNT = "SELECT count(*) FROM effect WHERE listener = ?";

    private static final String INSERT =
            "INSERT INTO effect (listener, customer, order_number, cents) VALUES (?, ?, ?, ?)";

    private final JdbcTemplate jdbc;

    private final JsonMapper mapper;

    Effects(JdbcTemplate jdbc, JsonMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    void write(String listener, Order order) {
        this.jdbc.update(INSERT, row(listener, order));
    }

    /** One statement after the other. */
    void writeEach(String listener, List<ConsumerRecord<String, byte[]>> orders) {
        for (ConsumerRecord<String, byte[]> each : orders) {
            write(listener, this.mapper.readValue(each.value(), Order.class));
        }
    }

    void write(String listener, List<ConsumerRecord<String, byte[]>> orders) {
        List<Object[]> rows = new ArrayList<>(orders.size());
        for (ConsumerRecord<String, byte[]> each : orders) {
            Order order = this.mapper.readValue(each.value(), Order.class);
            rows.add(row(listener, order));
        }
        this.jdbc.batchUpdate(INSERT, rows);
    }

    private static Object[] row(String listener, Order order) {
        return new Object[] {listener, order.customer(), order.order(), order.cents()};
    }
}
