package io.integrationkit.deadletter;

import io.integrationkit.context.Sha256;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.Redaction;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of a failure.
 *
 * @param category what kind of failure it was
 * @param exceptionType class name
 * @param message one line, shortened, without what looks like a secret
 * @param fingerprint hash of types and top frames
 * @param attempts attempts made since the failure before
 * @param at when the call was given up, to the microsecond, as databases keep it
 * @param correlationId correlation id of the call, or {@code null}
 */
record LastFailure(
        FailureCategory category,
        String exceptionType,
        String message,
        String fingerprint,
        int attempts,
        Instant at,
        @Nullable String correlationId) {

    private static final int MAX_CAUSES = 8;

    private static final int TOP_FRAMES = 5;

    static LastFailure of(
            Throwable cause,
            FailureCategory category,
            int attempts,
            Instant at,
            @Nullable String correlationId,
            Redaction redaction) {
        ReportedFailure reported = (cause instanceof ReportedFailure report) ? report : null;
        return new LastFailure(
                category,
                (reported != null) ? reported.type() : cause.getClass().getName(),
                Text.line(FailureText.of(cause, redaction)),
                fingerprint(cause),
                attempts,
                ((reported != null) ? reported.at() : at).truncatedTo(ChronoUnit.MICROS),
                correlationId);
    }

    static String fingerprint(Throwable failure) {
        if (failure instanceof ReportedFailure reported) {
            return reported.fingerprint();
        }
        List<Throwable> causes = causes(failure);
        return fingerprint(
                causes.stream().map((cause) -> cause.getClass().getName()).toList(),
                causes.get(causes.size() - 1).getStackTrace());
    }

    /** Frames go in without line numbers and generated classes, so that a group outlives the next deployment. */
    static String fingerprint(List<String> types, StackTraceElement[] origin) {
        List<String> parts = new ArrayList<>(types.subList(0, Math.min(types.size(), MAX_CAUSES)));
        Arrays.stream(origin)
                .filter(LastFailure::written)
                .limit(TOP_FRAMES)
                .forEach((frame) -> parts.add(frame.getClassName() + "." + frame.getMethodName()));
        return HexFormat.of().formatHex(Sha256.of(parts)).substring(0, 16);
    }

    private static boolean written(StackTraceElement frame) {
        String name = frame.getClassName();
        return !name.contains("$$") && !name.startsWith("jdk.") && !name.startsWith("java.lang.reflect.");
    }

    private static List<Throwable> causes(Throwable failure) {
        List<Throwable> causes = new ArrayList<>();
        Throwable cause = failure;
        while (cause != null && causes.size() < MAX_CAUSES) {
            causes.add(cause);
            cause = cause.getCause();
        }
        return causes;
    }
}
