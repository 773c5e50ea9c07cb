package io.integrationkit.sample.demo;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.downstream.MisbehavingDownstream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.springframework.boot.ExitCodeGenerator;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.core.env.Environment;
import tools.jackson.databind.json.JsonMapper;

/** Runs the demo against the application it lives in; its verdict is the application's exit code. */
public final class DemoRunner implements ApplicationListener<ApplicationReadyEvent>, ExitCodeGenerator {

    private final DemoProperties properties;

    private final String secret;

    private final MisbehavingDownstream downstream;

    private final Function<URI, HubProbe> hub;

    private final Environment environment;

    private final TimeSource time;

    private final Intervention intervention;

    private volatile boolean passed;

    DemoRunner(
            DemoProperties properties,
            String secret,
            MisbehavingDownstream downstream,
            Function<URI, HubProbe> hub,
            Environment environment,
            TimeSource time,
            Intervention intervention) {
        this.properties = properties;
        this.secret = secret;
        this.downstream = downstream;
        this.hub = hub;
        this.environment = environment;
        this.time = time;
        this.intervention = intervention;
    }

    /**
     * Tells whether the application is to end after the demo.
     *
     * @return whether to exit
     */
    public boolean exits() {
        return this.properties.exit();
    }

    @Override
    public int getExitCode() {
        return this.passed ? 0 : 1;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        URI server = URI.create("http://localhost:" + port("local.server.port"));
        URI actuator =
                URI.create("http://localhost:" + port("local.management.port", "local.server.port") + "/actuator");
        try (HubProbe probe = this.hub.apply(actuator)) {
            run(server.resolve("/webhooks/github"), probe);
        } catch (IllegalArgumentException | IllegalStateException | HubUnreachableException ex) {
            print("The demo ended early: " + ex.getMessage());
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
        }
        if (!exits()) {
            print("The hub stays up; look at it:");
            for (String path : new String[] {"/health", "/integration", "/metrics", "/idempotency", "/deadletters"}) {
                print("  " + actuator + path);
            }
            print("The chat %s; these take it down and mend it:"
                    .formatted(this.properties.repair() ? "is well" : "still refuses what it refused"));
            print("  curl -X POST " + this.downstream.outageUrl());
            print("  curl -X POST " + this.downstream.repairUrl());
        }
    }

    private void run(URI webhook, HubProbe probe) throws InterruptedException {
        LoadPlan plan = this.properties.plan();
        print("");
        print("Sending %d deliveries to %s, %d at a time; the chat behind the hub misbehaves (seed %d)"
                .formatted(plan.deliveries().size(), webhook, plan.concurrency(), plan.seed()));
        LoadDriver driver = new LoadDriver(webhook, this.secret, this.time);
        DemoRun run = new DemoRun(
                plan,
                driver,
                this.downstream,
                probe,
                this.time,
                DemoRunner::print,
                this.intervention,
                this.properties.repair());
        DemoResult result = run.run();
        ReportTable.lines(result, this.intervention).forEach(DemoRunner::print);
        write(result.report());
        this.passed = result.report().passed();
    }

    private void write(DemoReport report) {
        Path file = this.properties.report();
        if (file == null) {
            return;
        }
        try {
            Path target = file.toAbsolutePath();
            Files.createDirectories(target.resolveSibling("."));
            Files.writeString(
                    target, new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report.figures()));
        } catch (IOException ex) {
            throw new UncheckedIOException("'demo.report' names a file that cannot be written: " + file, ex);
        }
    }

    private String port(String... properties) {
        for (String property : properties) {
            String port = this.environment.getProperty(property);
            if (port != null) {
                return port;
            }
        }
        throw new IllegalStateException("The demo needs the hub's web server: remove spring.main.web-application-type");
    }

    private static void print(String line) {
        System.out.println(line);
    }
}
