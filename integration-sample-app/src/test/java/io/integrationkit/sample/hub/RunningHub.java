package io.integrationkit.sample.hub;

import io.integrationkit.sample.EmbeddedServices;
import io.integrationkit.sample.SampleApplication;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.kafka.autoconfigure.KafkaConnectionDetails;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** The hub as its users start it, by properties alone, with servers that outlive it. */
final class RunningHub implements AutoCloseable {

    private final AnnotationConfigApplicationContext services =
            new AnnotationConfigApplicationContext(EmbeddedServices.class);

    private final DriverManagerDataSource database;

    private final List<String> options;

    private ConfigurableApplicationContext application;

    /** Starts one with options beside those that name its servers. */
    RunningHub(String... options) {
        this.options = List.of(options);
        JdbcConnectionDetails details = this.services.getBean(JdbcConnectionDetails.class);
        this.database = new DriverManagerDataSource(details.getJdbcUrl(), details.getUsername(), details.getPassword());
        this.application = start();
    }

    private ConfigurableApplicationContext start() {
        JdbcConnectionDetails details = this.services.getBean(JdbcConnectionDetails.class);
        String brokers = String.join(
                ",", this.services.getBean(KafkaConnectionDetails.class).getBootstrapServers());
        Stream<String> servers = Stream.of(
                "--server.port=0",
                "--spring.main.banner-mode=off",
                "--spring.datasource.url=" + details.getJdbcUrl(),
                "--spring.datasource.username=" + details.getUsername(),
                "--spring.datasource.password=" + details.getPassword(),
                "--spring.kafka.bootstrap-servers=" + brokers);
        return SpringApplication.run(
                SampleApplication.class,
                Stream.concat(servers, this.options.stream()).toArray(String[]::new));
    }

    /** Ends the hub and starts it anew; all it knows afterwards is what the database told it. */
    void restart() {
        this.application.close();
        this.application = start();
    }

    NoteClient client() {
        return NoteClient.of(this.application.getEnvironment());
    }

    /** Where it listens. */
    URI url() {
        return URI.create(
                "http://localhost:" + this.application.getEnvironment().getRequiredProperty("local.server.port"));
    }

    /** A database connection that is none of the hub's. */
    JdbcClient jdbc() {
        return JdbcClient.create(this.database);
    }

    DriverManagerDataSource database() {
        return this.database;
    }

    @Override
    public void close() {
        this.application.close();
        this.services.close();
    }
}
