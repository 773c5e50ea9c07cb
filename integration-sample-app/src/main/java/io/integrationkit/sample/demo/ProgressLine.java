package io.integrationkit.sample.demo;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.demo.HubView.Flow;
import io.integrationkit.sample.downstream.DownstreamLog;
import java.time.Duration;

/** Tells every few seconds how far a run has come, from a thread of its own. */
public final class ProgressLine {

    private static final Duration PAUSE = Duration.ofSeconds(2);

    private final Output output;

    private final TimeSource time;

    private final int deliveries;

    private final SentLog sent;

    private final DownstreamLog downstream;

    private final HubView hub;

    private final Thread thread = new Thread(this::tell, "demo-progress");

    private long startedAt;

    ProgressLine(Output output, TimeSource time, int deliveries, SentLog sent, DownstreamLog downstream, HubView hub) {
        this.output = output;
        this.time = time;
        this.deliveries = deliveries;
        this.sent = sent;
        this.downstream = downstream;
        this.hub = hub;
        this.thread.setDaemon(true);
    }

    void begin() {
        this.startedAt = this.time.nanoTime();
        this.thread.start();
    }

    void end() {
        this.thread.interrupt();
    }

    private void tell() {
        try {
            while (true) {
                this.time.sleep(PAUSE);
                this.output.line(line());
            }
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
    }

    private String line() {
        long seconds = (this.time.nanoTime() - this.startedAt) / 1_000_000_000;
        return "%4d s   accepted %d of %d   %s   posted %d   faults met %d"
                .formatted(
                        seconds,
                        this.sent.acceptedCount(),
                        this.deliveries,
                        flow(),
                        this.downstream.effectCount(),
                        this.downstream.faults().values().stream()
                                .mapToInt(Integer::intValue)
                                .sum());
    }

    private String flow() {
        try {
            Flow flow = this.hub.flow();
            return "in outbox %d   in topic %d".formatted(flow.inOutbox(), flow.published() - flow.consumed());
        } catch (HubUnreachableException ex) {
            return "(not reachable)";
        }
    }

    /** Where lines go. */
    @FunctionalInterface
    public interface Output {

        /**
         * Shows a line.
         *
         * @param text the line, without its end
         */
        void line(String text);
    }
}
