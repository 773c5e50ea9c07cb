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
import io.integrationkit.sample.hub.NoteClient.Answer;
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

    private NoteClient client;

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
        this.client = NoteClient.of(this.application.getEnvironment());
        this.notes = this.application.getBean(NoteTable.class);
        given(this.notes.add(any())).willReturn(new Note(7, "octocat/hello", "looked into it"));
    }

    @AfterEach
    void stop() {
        this.application.close();
    }

    @Test
    void aNoteSentTwiceIsWrittenOnce() throws Exception {
        Answer first = this.client.add(NOTE, "\"n-1\"");
        Answer second = this.client.add(NOTE, "\"n-1\"");
        assertThat(first.status()).isEqualTo(201);
        assertThat(first.header("Location")).contains("/api/notes/7");
        assertThat(second.status()).isEqualTo(201);
        assertThat(second.header("Location")).contains("/api/notes/7");
        assertThat(second.body()).isEqualTo(first.body()).contains("looked into it");
        assertThat(second.replayed()).isTrue();
        verify(this.notes, times(1)).add(any());
    }

    @Test
    void aNoteThatIsRefusedIsRefusedTheSameWayAgain() throws Exception {
        Answer first = this.client.add("{\"key\":\"octocat/hello\",\"text\":\"\"}", "\"n-1\"");
        Answer second = this.client.add("{\"key\":\"octocat/hello\",\"text\":\"\"}", "\"n-1\"");
        assertThat(first.status()).isEqualTo(422);
        assertThat(second.status()).isEqualTo(422);
        assertThat(second.replayed()).isTrue();
        verify(this.notes, never()).add(any());
    }

    @Test
    void aNoteNeedsAKeyThatWasNotUsedForAnother() throws Exception {
        assertThat(this.client.add(NOTE).status()).isEqualTo(400);
        this.client.add(NOTE, "\"n-1\"");
        Answer other = this.client.add("{\"key\":\"octocat/hello\",\"text\":\"another\"}", "\"n-1\"");
        assertThat(other.status()).isEqualTo(422);
        assertThat(other.problem()).contains("urn:integrationkit:problem:idempotency-key-reused");
        verify(this.notes, times(1)).add(any());
    }
}
