package io.integrationkit.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ScheduleTests {

    private final List<WebhookDelivery> deliveries = DeliveryFile.read(null).cycle(2000, 42);

    @Test
    void sendsEachDeliveryAtLeastOnceAndTheShareTwice() {
        List<WebhookDelivery> schedule = Schedule.of(this.deliveries, 0.3, 42);
        Map<String, Long> times = schedule.stream()
                .map(WebhookDelivery::id)
                .collect(Collectors.groupingBy(Function.identity(), Collectors.counting()));
        assertThat(times).hasSize(2000);
        assertThat(times.values()).allMatch((count) -> count <= 2);
        assertThat(schedule.size()).isBetween(2540, 2660);
    }

    @Test
    void sendsDuplicatesBothAtOnceAndLate() {
        List<WebhookDelivery> schedule = Schedule.of(this.deliveries, 0.2, 42);
        int atOnce = 0;
        int late = 0;
        for (int i = 0; i < schedule.size(); i++) {
            int again = schedule.subList(i + 1, schedule.size()).indexOf(schedule.get(i));
            atOnce += (again == 0) ? 1 : 0;
            late += (again > 50) ? 1 : 0;
        }
        assertThat(atOnce).isGreaterThan(100);
        assertThat(late).isGreaterThan(100);
    }

    @Test
    void sendsNoDuplicatesWhereNoneAreWanted() {
        assertThat(Schedule.of(this.deliveries, 0, 42)).isEqualTo(this.deliveries);
        assertThat(Schedule.of(this.deliveries, 1, 42)).hasSize(4000);
    }
}
