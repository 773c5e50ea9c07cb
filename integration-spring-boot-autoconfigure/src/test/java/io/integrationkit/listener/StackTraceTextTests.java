package io.integrationkit.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.deadletter.ReportedFailure;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.kafka.KafkaException;

class StackTraceTextTests {

    @Test
    void thePrintedTraceHasTheFingerprintOfTheException() {
        IOException cause = new IOException("no: line\n\tof mine");
        cause.addSuppressed(new IllegalArgumentException("closed", new RuntimeException("behind")));
        for (Throwable failure : List.of(
                cause,
                new IllegalStateException("outer", cause),
                new UncheckedIOException(null, new IOException(new KafkaException("deep"))),
                proxied(),
                shallow(),
                new StackOverflowError())) {
            assertThat(reported(failure).fingerprint())
                    .as(failure.toString())
                    .isEqualTo(ReportedFailure.fingerprintOf(failure));
        }
    }

    @Test
    void randomTracesHaveTheFingerprintOfTheirExceptions() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            Throwable failure = random(random, 1 + random.nextInt(6));
            assertThat(reported(failure).fingerprint())
                    .as("seed %d, round %d", seed, i)
                    .isEqualTo(ReportedFailure.fingerprintOf(failure));
        }
    }

    @Test
    @Timeout(20)
    void whateverTheTextIsSomethingComesOut() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        String[] parts = {
            "Caused by: ",
            "\tat ",
            "\n",
            "\t... 99999 more",
            "a.b.C",
            ": ",
            "(",
            ".",
            "/",
            "$$",
            "\0",
            "\u2028",
            "é",
            "\t"
        };
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int j = random.nextInt(200); j > 0; j--) {
                text.append(parts[random.nextInt(parts.length)]);
            }
            StackTraceText read = StackTraceText.of(text.toString());
            assertThat(read.types()).as("seed %d, round %d", seed, i).hasSizeLessThanOrEqualTo(8);
        }
        assertThat(StackTraceText.of("Caused by: ".repeat(100_000)).types()).isEmpty();
        assertThat(StackTraceText.of("a.".repeat(100_000)).types()).isEmpty();
        assertThat(StackTraceText.of(("\tat a.b(c)\nCaused by: x\n" + "\t... 99999 more\n".repeat(50)).repeat(500))
                        .origin())
                .hasSizeLessThan(100_000);
        assertThat(StackTraceText.of(null)).isEqualTo(StackTraceText.NONE);
    }

    private static ReportedFailureAccess reported(Throwable failure) {
        StringWriter printed = new StringWriter();
        failure.printStackTrace(new PrintWriter(printed, true));
        StackTraceText text = StackTraceText.of(printed.toString());
        return () -> ReportedFailure.fingerprintOf(
                new ReportedFailure(text.types(), null, text.origin(), null, Instant.EPOCH));
    }

    /** Frames with classes that were generated among them. */
    private static Throwable proxied() {
        Runnable proxy = (Runnable) java.lang.reflect.Proxy.newProxyInstance(
                StackTraceTextTests.class.getClassLoader(),
                new Class<?>[] {Runnable.class},
                (self, method, arguments) -> {
                    throw new IllegalStateException("inside");
                });
        try {
            proxy.run();
            throw new AssertionError();
        } catch (IllegalStateException ex) {
            return ex;
        }
    }

    /** A cause of which the trace has hardly a frame of its own. */
    private static Throwable shallow() {
        Throwable[] made = new Throwable[1];
        Thread thread = new Thread(() -> made[0] = new IllegalStateException(new IOException("close to it")));
        thread.start();
        try {
            thread.join(Duration.ofSeconds(10).toMillis());
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        return made[0];
    }

    private static Throwable random(Random random, int depth) {
        Throwable cause = (depth > 1) ? random(random, depth - 1) : null;
        Throwable made = random.nextBoolean() ? new IllegalStateException("m" + depth, cause) : new IOException(cause);
        StackTraceElement[] frames = made.getStackTrace();
        made.setStackTrace(Arrays.copyOfRange(frames, 0, random.nextInt(frames.length + 1)));
        if (random.nextInt(4) == 0) {
            made.addSuppressed(new KafkaException("aside", new IOException("behind it")));
        }
        return made;
    }

    private interface ReportedFailureAccess {

        String fingerprint();
    }
}
