package io.integrationkit.sample.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyHttpAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

@SuppressWarnings("NullAway.Init")
class NoteControllerTests {

    private static final String NOTE = "{\"key\":\"octocat/hello\",\"text\":\"looked into it\"}";

    private ConfigurableApplicationContext application;

    private NoteTable notes;

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        HttpMessageConvertersAutoConfiguration.class,
        JacksonAutoConfiguration.class,
        CallAutoConfiguration.class,
        ReliableAutoConfiguration.class,
        IdempotencyAutoConfiguration.class,
        IdempotencyHttpAutoConfiguration.class
    })
    @Import(NoteController.class)
    static class Application {

        @Bean
        NoteTable notes() {
            return mock(NoteTable.class);
        }
    }

    @BeforeEach
    void start() {
        SpringApplication starting = new SpringApplication(Application.class);
        // The application.yml of the hub names servers that are not there.
        this.application = starting.run("--server.port=0", "--spring.config.name=none");
        this.notes = this.application.getBean(NoteTable.class);
        given(this.notes.add(any())).willReturn(new Note(7, "octocat/hello", "looked into it"));
    }

    @AfterEach
    void stop() {
        this.application.close();
    }

    @Test
    void aNoteSentTwiceIsWrittenOnce() throws Exception {
        HttpResponse<String> first = post("\"n-1\"", NOTE);
        HttpResponse<String> second = post("\"n-1\"", NOTE);
        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.headers().firstValue("Location")).contains("/api/notes/7");
        assertThat(second.statusCode()).isEqualTo(201);
        assertThat(second.headers().firstValue("Location")).contains("/api/notes/7");
        assertThat(second.body()).isEqualTo(first.body()).contains("looked into it");
        assertThat(second.headers().firstValue("Idempotent-Replayed")).contains("true");
        verify(this.notes, times(1)).add(any());
    }

    @Test
    void aNoteThatIsRefusedIsRefusedTheSameWayAgain() throws Exception {
        HttpResponse<String> first = post("\"n-1\"", "{\"key\":\"octocat/hello\",\"text\":\"\"}");
        HttpResponse<String> second = post("\"n-1\"", "{\"key\":\"octocat/hello\",\"text\":\"\"}");
        assertThat(first.statusCode()).isEqualTo(422);
        assertThat(second.statusCode()).isEqualTo(422);
        assertThat(second.headers().firstValue("Idempotent-Replayed")).contains("true");
        verify(this.notes, never()).add(any());
    }

    @Test
    void aNoteNeedsAKeyThatWasNotUsedForAnother() throws Exception {
        assertThat(post(null, NOTE).statusCode()).isEqualTo(400);
        post("\"n-1\"", NOTE);
        HttpResponse<String> other = post("\"n-1\"", "{\"key\":\"octocat/hello\",\"text\":\"another\"}");
        assertThat(other.statusCode()).isEqualTo(422);
        assertThat(other.body()).contains("urn:integrationkit:problem:idempotency-key-reused");
        verify(this.notes, times(1)).add(any());
    }

    private HttpResponse<String> post(@Nullable String key, String body) throws Exception {
        String port = Objects.requireNonNull(this.application.getEnvironment().getProperty("local.server.port"));
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/api/notes"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        if (key != null) {
            request.header("Idempotency-Key", key);
        }
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }
}
