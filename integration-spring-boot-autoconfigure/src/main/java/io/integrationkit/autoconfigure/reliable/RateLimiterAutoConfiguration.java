package io.integrationkit.autoconfigure.reliable;

import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.context.TimeSource;
import io.integrationkit.limit.ClusterRateLimiters;
import io.integrationkit.limit.RateLimiters;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Auto-configuration of what makes rate limiters: with Bucket4j and a Redis of the application also those that all
 * instances share, otherwise only those of one instance.
 */
@AutoConfiguration(
        after = CallAutoConfiguration.class,
        before = ReliableAutoConfiguration.class,
        afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
@EnableConfigurationProperties(RateLimitProperties.class)
public final class RateLimiterAutoConfiguration {

    RateLimiterAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    RateLimiters integrationLocalRateLimiters() {
        return RateLimiters.local();
    }

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({Bucket4jLettuce.class, LettuceConnectionFactory.class})
    @ConditionalOnSingleCandidate(LettuceConnectionFactory.class)
    @ConditionalOnMissingBean(RateLimiters.class)
    static class Cluster {

        @Bean
        ClusterRateLimiters integrationClusterRateLimiters(
                LettuceConnectionFactory redis, RateLimitProperties properties, TimeSource time) {
            return ClusterRateLimiters.over(
                    redis::getRequiredNativeClient,
                    properties.redisKeyPrefix(),
                    properties.redisTimeout(),
                    time,
                    Cluster::connectInTheBackground);
        }

        /** Rare and short-lived: a thread for each attempt to connect. */
        private static void connectInTheBackground(Runnable attempt) {
            Thread thread = new Thread(attempt, "integration-rate-limit-connect");
            thread.setDaemon(true);
            thread.start();
        }
    }
}
