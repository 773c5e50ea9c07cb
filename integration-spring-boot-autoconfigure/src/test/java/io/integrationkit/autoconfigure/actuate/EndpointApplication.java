package io.integrationkit.autoconfigure.actuate;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** An application that runs with one endpoint exposed, which is asked as an operator asks it, over HTTP. */
record EndpointApplication(ConfigurableApplicationContext context, HttpClient client, String endpoint)
        implements AutoCloseable {

    /** Header with the name of who is logged in, for applications that look at it. */
    static final String USER = "X-Test-User";

    /** What such an application has besides the feature that is asked about. */
    @Target(ElementType.TYPE)
    @Retention(RetentionPolicy.RUNTIME)
    @ImportAutoConfiguration({
        TomcatServletWebServerAutoConfiguration.class,
        DispatcherServletAutoConfiguration.class,
        WebMvcAutoConfiguration.class,
        HttpMessageConvertersAutoConfiguration.class,
        JacksonAutoConfiguration.class,
        EndpointAutoConfiguration.class,
        WebEndpointAutoConfiguration.class,
        JacksonEndpointAutoConfiguration.class,
        ManagementContextAutoConfiguration.class
    })
    @interface WithWebEndpoints {}

    /**
     * Starts an application with an endpoint.
     *
     * @param properties what is set; also says otherwise which endpoints are exposed
     */
    static EndpointApplication start(Class<?> configuration, String endpoint, String... properties) {
        ConfigurableApplicationContext context = new SpringApplicationBuilder(configuration)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "management.endpoints.web.exposure.include=" + endpoint)
                .run(Arrays.stream(properties)
                        .map((property) -> "--" + property)
                        .toArray(String[]::new));
        return new EndpointApplication(context, HttpClient.newHttpClient(), endpoint);
    }

    record Answer(int status, String body) {

        JsonNode json() {
            return JsonMapper.shared().readTree(this.body);
        }
    }

    <T extends Object> T bean(Class<T> type) {
        return this.context.getBean(type);
    }

    Answer get(String below) throws Exception {
        return send(request(below).GET());
    }

    Answer delete(String below) throws Exception {
        return send(request(below).DELETE());
    }

    Answer post(String below, @Nullable String json) throws Exception {
        return post(below, json, null);
    }

    Answer post(String below, @Nullable String json, @Nullable String user) throws Exception {
        HttpRequest.Builder request = request(below);
        if (user != null) {
            request.header(USER, user);
        }
        return send(
                (json != null)
                        ? request.header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(json))
                        : request.POST(HttpRequest.BodyPublishers.noBody()));
    }

    private HttpRequest.Builder request(String below) {
        int port = ((WebServerApplicationContext) this.context).getWebServer().getPort();
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/actuator/" + this.endpoint + below));
    }

    private Answer send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> response = this.client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    @Override
    public void close() {
        SpringApplication.exit(this.context);
    }
}
