package io.integrationkit.benchmarks.listener;

import io.integrationkit.context.TimeSource;
import io.integrationkit.event.KafkaEventProcessor;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.json.JsonMapper;

/** The application that has all listeners; each is started when it is its turn. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class ListenerApplication {

    @Bean
    Progress progress() {
        return new Progress(TimeSource.system());
    }

    @Bean
    Effects effects(JdbcTemplate jdbc, JsonMapper mapper) {
        return new Effects(jdbc, mapper);
    }

    @Bean
    BatchListeners batches(Progress progress, Effects effects) {
        return new BatchListeners(progress, effects);
    }

    @Bean
    CallListeners.Handler handler(Effects effects) {
        return new CallListeners.Handler(effects);
    }

    @Bean
    CallListeners calls(Progress progress, CallListeners.Handler handler, KafkaEventProcessor events) {
        return new CallListeners(progress, handler, events);
    }
}
