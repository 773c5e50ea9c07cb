package io.integrationkit.sample.hub;

import org.apache.kafka.clients.admin.NewTopic;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.support.converter.ByteArrayJacksonJsonMessageConverter;
import org.springframework.kafka.support.converter.RecordMessageConverter;
import tools.jackson.databind.json.JsonMapper;

/** What the hub needs beside its own components. */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(HubProperties.class)
class HubConfiguration {

    @Bean
    NewTopic githubEvents(HubProperties properties) {
        return TopicBuilder.name(GithubEvent.TOPIC)
                .partitions(properties.partitions())
                .build();
    }

    /** A record becomes what the listener's parameter says, never what a header says. */
    @Bean
    RecordMessageConverter recordMessageConverter(JsonMapper json) {
        return new ByteArrayJacksonJsonMessageConverter(json);
    }

    @Bean
    ChatEndpoint chatEndpoint(HubProperties properties) {
        return new ChatEndpoint(properties.chat().url());
    }
}
