package io.integrationkit.sample;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;

/** The demo on embedded services: {@code mvn -q -Pdemo} from the root of the project. */
public final class DemoApplication {

    private static final List<String> DEFAULTS =
            List.of("--demo.enabled=true", "--server.port=0", "--spring.main.banner-mode=off");

    private DemoApplication() {}

    /**
     * Starts services, hub, downstream and load.
     *
     * @param args options that go over the demo's own
     */
    public static void main(String[] args) {
        System.out.println("Starting PostgreSQL, a Kafka broker and the webhook hub ...");
        Stream<String> defaults = DEFAULTS.stream().filter((option) -> !isGiven(option, args));
        SpringApplication.from(SampleApplication::main)
                .with(EmbeddedServices.class)
                .run(Stream.concat(defaults, Arrays.stream(args)).toArray(String[]::new));
    }

    /** An option given twice would be a list. */
    private static boolean isGiven(String option, String[] args) {
        String name = option.substring(0, option.indexOf('=') + 1);
        return Arrays.stream(args).anyMatch((arg) -> arg.startsWith(name));
    }
}
