package io.integrationkit.sample;

import io.integrationkit.sample.demo.DemoRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The webhook hub; with {@code --demo.enabled=true} it also puts itself under load and ends with the verdict. */
@SpringBootApplication
public class SampleApplication {

    /**
     * Starts the hub.
     *
     * @param args options, as for every Spring Boot application
     */
    public static void main(String[] args) {
        ConfigurableApplicationContext context = SpringApplication.run(SampleApplication.class, args);
        context.getBeanProvider(DemoRunner.class).ifAvailable((demo) -> {
            if (demo.exits()) {
                System.exit(SpringApplication.exit(context));
            }
        });
    }
}
