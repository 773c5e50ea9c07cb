package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class RelayTroubleTests {

    private final RelayCounters counters = new RelayCounters();

    @Test
    void isLoggedOnceAndRememberedUntilItIsOver(CapturedOutput output) {
        this.counters.tableTrouble.met("The table is gone", new IllegalStateException("first"));
        this.counters.tableTrouble.met("The table is gone", new IllegalStateException("second"));
        assertThat(output.toString().split("The table is gone", -1)).hasSize(2);
        assertThat(this.counters.lastError()).contains("The table is gone").contains("second");
        this.counters.tableTrouble.over();
        assertThat(this.counters.lastError()).isNull();
    }

    @Test
    void endOfOneDoesNotHideTheOther() {
        this.counters.tableTrouble.met("table", new IllegalStateException("t"));
        this.counters.leaseTrouble.met("lease", new IllegalStateException("l"));
        this.counters.tableTrouble.over();
        assertThat(this.counters.lastError()).startsWith("lease");
    }
}
