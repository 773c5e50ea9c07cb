package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.integrationkit.actuate.IdempotencyEndpoint;
import io.integrationkit.actuate.IdempotencyEndpointWebExtension;
import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.idempotency.IdempotencyStatistics;
import io.integrationkit.idempotency.IdempotencyStore;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

class IdempotencyEndpointAutoConfigurationTests {

    private static final AutoConfigurations ENDPOINT =
            AutoConfigurations.of(IdempotencyEndpointAutoConfiguration.class);

    private static final String EXPOSED = "management.endpoints.web.exposure.include=idempotency";

    private final WebApplicationContextRunner web = new WebApplicationContextRunner()
            .withConfiguration(ENDPOINT)
            .withBean(IdempotencyStore.class, () -> mock())
            .withBean(IdempotencyStatistics.class, IdempotencyStatistics::new);

    @Test
    void anEndpointThatIsExposedExists() {
        this.web
                .withPropertyValues(EXPOSED)
                .run((context) -> assertThat(context)
                        .hasSingleBean(IdempotencyEndpoint.class)
                        .hasSingleBean(IdempotencyEndpointWebExtension.class));
    }

    @Test
    void anEndpointThatIsNotExposedDoesNotExist() {
        this.web.run((context) -> assertThat(context)
                .doesNotHaveBean(IdempotencyEndpoint.class)
                .doesNotHaveBean(IdempotencyEndpointWebExtension.class));
    }

    @Test
    void anEndpointThatIsSwitchedOffDoesNotExist() {
        this.web
                .withPropertyValues(EXPOSED, "management.endpoint.idempotency.access=NONE")
                .run((context) -> assertThat(context).doesNotHaveBean(IdempotencyEndpoint.class));
    }

    @Test
    void overJmxThereIsNoWebExtension() {
        new ApplicationContextRunner()
                .withConfiguration(ENDPOINT)
                .withBean(IdempotencyStore.class, () -> mock())
                .withBean(IdempotencyStatistics.class, IdempotencyStatistics::new)
                .withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=idempotency")
                .run((context) -> assertThat(context)
                        .hasSingleBean(IdempotencyEndpoint.class)
                        .doesNotHaveBean(IdempotencyEndpointWebExtension.class));
    }

    @Test
    void withoutAStoreThereIsNoEndpoint() {
        new WebApplicationContextRunner()
                .withConfiguration(ENDPOINT)
                .withPropertyValues(EXPOSED)
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(IdempotencyEndpoint.class));
    }

    @Test
    void theStoreOfTheApplicationIsTheOneShown() {
        new WebApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        CallAutoConfiguration.class,
                        IdempotencyAutoConfiguration.class,
                        IdempotencyEndpointAutoConfiguration.class))
                .withPropertyValues(EXPOSED)
                .run((context) -> assertThat(context.getBean(IdempotencyEndpoint.class)
                                .idempotency()
                                .engine())
                        .isEqualTo(context.getBean(IdempotencyStore.class).engine()));
    }

    @Test
    void withoutActuatorThereIsNoEndpoint() {
        this.web
                .withPropertyValues(EXPOSED)
                .withClassLoader(new FilteredClassLoader(Endpoint.class))
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(IdempotencyEndpoint.class));
    }

    @Test
    void theApplicationsOwnEndpointWins() {
        IdempotencyEndpoint own = new IdempotencyEndpoint(mock(), new IdempotencyStatistics());
        this.web
                .withPropertyValues(EXPOSED)
                .withBean(IdempotencyEndpoint.class, () -> own)
                .run((context) ->
                        assertThat(context.getBean(IdempotencyEndpoint.class)).isSameAs(own));
    }
}
