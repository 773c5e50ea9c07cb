package io.integrationkit.sample.process.repair;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import org.springframework.jdbc.core.JdbcTemplate;

/** What the three ways do: write a row, and then fail if something is down. Nothing in the table keeps an order unique. */
final class Effects {

    private final JdbcTemplate jdbc;

    Effects(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
    }

    void of(Way way, Order order, FailureCategory category) {
        this.jdbc.update(
                "INSERT INTO effect (way, customer, number) VALUES (?, ?, ?)",
                way.name(),
                order.customer(),
                order.number());
        if (order.needsWhatIsDown() && is(Switch.DOWN)) {
            throw new IntegrationException("the carrier is down", category, category.retryable());
        }
    }

    boolean is(Switch asked) {
        Integer state =
                this.jdbc.queryForObject("SELECT state FROM switch WHERE name = ?", Integer.class, asked.name());
        return state != null && state != 0;
    }
}
