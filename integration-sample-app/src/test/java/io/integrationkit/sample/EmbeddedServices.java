package io.integrationkit.sample;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/** A real PostgreSQL and a real broker, started with the application and gone with it. */
@TestConfiguration(proxyBeanMethods = false)
public class EmbeddedServices {

    @Bean(destroyMethod = "close")
    EmbeddedPostgres embeddedPostgres() throws IOException {
        return EmbeddedPostgres.builder().start();
    }

    @Bean
    JdbcConnectionDetails embeddedPostgresDetails(EmbeddedPostgres postgres) {
        return new PostgresDetails(postgres.getJdbcUrl("postgres", "postgres"));
    }

    /**
     * Without topics of its own: the application makes the one it needs, as it would on any broker. Started here, since
     * formatting its directory prints to the console what nobody wants to read.
     */
    @Bean
    EmbeddedKafkaKraftBroker embeddedBroker() {
        EmbeddedKafkaKraftBroker broker = new EmbeddedKafkaKraftBroker(1, 1);
        PrintStream console = System.out;
        System.setOut(new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        try {
            broker.afterPropertiesSet();
        } finally {
            System.setOut(console);
        }
        return broker;
    }

    @Bean
    KafkaConnectionDetails embeddedBrokerDetails(EmbeddedKafkaKraftBroker broker) {
        return () -> List.of(broker.getBrokersAsString().split(","));
    }

    private record PostgresDetails(String url) implements JdbcConnectionDetails {

        @Override
        public String getJdbcUrl() {
            return this.url;
        }

        @Override
        public String getUsername() {
            return "postgres";
        }

        @Override
        public String getPassword() {
            return "postgres";
        }
    }
}
