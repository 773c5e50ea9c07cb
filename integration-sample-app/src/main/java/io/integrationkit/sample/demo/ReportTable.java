package io.integrationkit.sample.demo;

import io.integrationkit.sample.downstream.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A run's result for the eye. */
final class ReportTable {

    private static final int MAX_IDS = 20;

    private ReportTable() {}

    static List<String> lines(DemoResult result, Intervention intervention) {
        DemoReport report = result.report();
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("  in        %d requests, %d deliveries, %d accepted, %d duplicates dropped, %d rejected"
                .formatted(
                        report.sent(),
                        report.distinct(),
                        report.accepted(),
                        report.duplicatesDropped(),
                        report.rejected()));
        lines.add("  topic     %d published, %d consumed".formatted(report.published(), report.consumed()));
        ReliabilityFigures reliability = report.reliability();
        lines.add("  out       %d effects, %d attempts, %d retries, circuit opened %d times"
                .formatted(report.effects(), report.attempts(), report.retries(), report.circuitOpened()));
        lines.add("  budget    %d calls given up without a retry that the retry budget refused"
                .formatted(reliability.budgetRefusals()));
        lines.add("  waits     %d of %d kept that the chat asked for (Retry-After)"
                .formatted(
                        reliability.retryAfterKept(), reliability.retryAfterKept() + reliability.retryAfterBroken()));
        lines.add("  names     %d lookups, %d fallbacks".formatted(reliability.lookups(), reliability.fallbacks()));
        if (reliability.policyChanges() > 0) {
            lines.add("  changed   %s: %d lookups for 100 messages before, %d after"
                    .formatted(
                            intervention.description(),
                            reliability.lookupsPer100Before(),
                            reliability.lookupsPer100After()));
        }
        lines.add("  given up  %d dead-lettered, %d replayed, %d still open"
                .formatted(report.deadLettered(), report.replayed(), report.deadLetteredOpen()));
        lines.add("  faults    " + faults(result.faults()));
        lines.add(String.format(
                Locale.ROOT,
                "  time      %.1f s, %.1f deliveries/s, seed %d",
                report.seconds(),
                report.deliveriesPerSecond(),
                report.seed()));
        lines.add("");
        Verdict verdict = result.verdict();
        check(lines, "lost", verdict.lost());
        check(lines, "effects more than once", verdict.effectsMoreThanOnce());
        check(lines, "order violations", verdict.orderViolations());
        check(lines, "projection mismatches", verdict.projectionMismatches());
        lines.add("  %-4s accepted = effects + dead-lettered open + pending: %d = %d + %d + %d"
                .formatted(
                        report.balanced() ? "ok" : "FAIL",
                        report.accepted(),
                        report.effects(),
                        report.deadLetteredOpen(),
                        report.pending()));
        lines.add("");
        lines.add(report.passed() ? "PASSED" : "FAILED");
        return lines;
    }

    private static void check(List<String> lines, String name, List<String> found) {
        lines.add("  %-4s %s: %d".formatted(found.isEmpty() ? "ok" : "FAIL", name, found.size()));
        found.stream().limit(MAX_IDS).forEach((id) -> lines.add("         " + id));
        if (found.size() > MAX_IDS) {
            lines.add("         and %d more".formatted(found.size() - MAX_IDS));
        }
    }

    private static String faults(Map<Fault, Integer> faults) {
        List<String> met = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            met.add(fault.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " " + faults.getOrDefault(fault, 0));
        }
        return String.join(", ", met);
    }
}
