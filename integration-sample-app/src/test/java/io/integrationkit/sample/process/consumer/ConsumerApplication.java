package io.integrationkit.sample.process.consumer;

import io.integrationkit.sample.process.ProcessApplication;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.json.JsonMapper;

/**
 * An application that listens in all styles until it is killed. Arguments: {@code --consumer.instance}, {@code
 * --consumer.at-work} (a file), {@code --consumer.longest-work}, and any property of Spring and the starter.
 *
 * <p>Not a {@code @Configuration}: the sample, on the same class path, would take it for one of its own.
 */
@EnableAutoConfiguration
public class ConsumerApplication {

    /**
     * Runs until it is killed.
     *
     * @param args properties
     */
    public static void main(String[] args) {
        SpringApplication application = ProcessApplication.of(ConsumerApplication.class);
        application.addInitializers((context) -> {
            for (Style style : Style.values()) {
                ((GenericApplicationContext) context).registerBean(style.listener());
            }
        });
        application.run(args);
    }

    @Bean
    Effects effects(
            JdbcTemplate jdbc,
            JsonMapper mapper,
            @Value("${consumer.instance}") String instance,
            @Value("${consumer.at-work}") Path atWork,
            @Value("${consumer.longest-work:20ms}") Duration longestWork)
            throws IOException {
        return new Effects(jdbc, mapper, instance, AtWork.of(atWork), longestWork);
    }
}
