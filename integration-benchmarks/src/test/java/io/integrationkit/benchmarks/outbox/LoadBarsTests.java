package io.integrationkit.benchmarks.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.benchmarks.load.Bars;
import io.integrationkit.benchmarks.load.Results;
import io.integrationkit.benchmarks.load.Results.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadBarsTests {

    private static final int FEW = 10_000;

    private static final int MANY = 1_000_000;

    private final Results results = new Results();

    @Test
    void theMedianOfTheRoundsCounts() {
        drain(FEW, 50_000);
        add(OutboxRows.drain(FEW), OutboxColumn.KIT, 1, 40_000, 90_000);
        assertThat(lines()).contains("PASS    drain of 10,000 against the floor: 0.80, at least 0.80");
        assertThat(check().missed()).isFalse();
    }

    @Test
    void aRateBelowItsShareIsMissed() {
        drain(FEW, 50_000);
        add(OutboxRows.drain(FEW), OutboxColumn.KIT, 39_999);
        assertThat(check().missed()).isTrue();
    }

    @Test
    void aBigBacklogMayNotBeSlowerThanASmallOne() {
        add(OutboxRows.drain(FEW), OutboxColumn.KIT, 50_000);
        add(OutboxRows.drain(MANY), OutboxColumn.KIT, 39_000);
        assertThat(lines()).contains("FAIL    drain of 1,000,000 against that of 10,000: 0.78, at least 0.80");
    }

    @Test
    void oneInversionInAnyRoundIsTooMany() {
        add(OutboxRows.BURST_INVERSIONS, OutboxColumn.KIT, 0, 0, 1);
        assertThat(lines()).contains("FAIL    bursts of 20 a key: inversions: 1.00, at most 0.00");
    }

    @Test
    void whatWasNotMeasuredIsNotMissed() {
        assertThat(lines()).allMatch((line) -> line.startsWith("NOT RUN"));
        assertThat(check().missed()).isFalse();
    }

    private void drain(int backlog, double ofFloor) {
        add(OutboxRows.drain(backlog), OutboxColumn.FLOOR, ofFloor);
    }

    private void add(Row row, OutboxColumn column, double... rounds) {
        for (double round : rounds) {
            this.results.add(row, column, round);
        }
    }

    private List<String> lines() {
        return check().lines();
    }

    private Bars check() {
        return LoadBars.check(this.results, List.of(FEW, MANY));
    }
}
