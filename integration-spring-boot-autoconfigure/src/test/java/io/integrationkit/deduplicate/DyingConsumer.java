package io.integrationkit.deduplicate;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.deduplicate.DeduplicateAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.StandingStill;
import java.util.List;
import java.util.Map;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.Transactional;

/** An application that handles one message and one batch, each of which stands still at one point, to be killed there. */
final class DyingConsumer {

    private DyingConsumer() {}

    /** Where the application stands still. */
    enum Point {
        BEFORE_COMMIT,
        AFTER_COMMIT,
        NOWHERE
    }

    /** Arguments: address and user of the database, the point. */
    public static void main(String[] arguments) {
        StandingStill<Point> standing = standing(Point.valueOf(arguments[2]));
        ConfigurableApplicationContext context = start(standing, arguments[0], arguments[1]);
        List<Runnable> deliveries = List.of(() -> one(context, "a"), () -> batch(context, List.of("b", "c", "b", "d")));
        for (Runnable delivery : deliveries) {
            new Thread(() -> {
                        delivery.run();
                        standing.at(Point.AFTER_COMMIT);
                    })
                    .start();
        }
    }

    static void one(ConfigurableApplicationContext context, String id) {
        context.getBean(Consumer.class).on(id);
    }

    static void batch(ConfigurableApplicationContext context, List<String> ids) {
        context.getBean(Consumer.class).onAll(ids);
    }

    static ConfigurableApplicationContext start(StandingStill<Point> standing, String url, String user) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .initializers((context) -> context.getBeanFactory().registerSingleton("standing", standing))
                .properties(Map.of(
                        "spring.datasource.url", url,
                        "spring.datasource.username", user,
                        "integration.jdbc.initialize-schema", "always"))
                .run();
    }

    static StandingStill<Point> standing(Point point) {
        return new StandingStill<>(point, 2);
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        IntegrationJdbcAutoConfiguration.class,
        CallAutoConfiguration.class,
        ReliableAutoConfiguration.class,
        DeduplicateAutoConfiguration.class
    })
    static class Application {

        @Bean
        Consumer consumer(JdbcAccess access, StandingStill<Point> standing) {
            return new Consumer(access, standing);
        }
    }

    static class Consumer {

        private final JdbcAccess access;

        private final StandingStill<Point> standing;

        Consumer(JdbcAccess access, StandingStill<Point> standing) {
            this.access = access;
            this.standing = standing;
        }

        @Deduplicate(id = "#id")
        public void on(String id) {
            effect(id);
            this.standing.at(Point.BEFORE_COMMIT);
        }

        @Transactional
        @Deduplicate(id = "#item")
        public void onAll(List<String> ids) {
            ids.forEach(this::effect);
            this.standing.at(Point.BEFORE_COMMIT);
        }

        private void effect(String id) {
            this.access.jdbc().update("insert into effect (id) values (?)", id);
        }
    }
}
