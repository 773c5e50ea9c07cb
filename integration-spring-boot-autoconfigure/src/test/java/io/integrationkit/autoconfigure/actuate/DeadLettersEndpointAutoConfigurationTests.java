package io.integrationkit.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

import io.integrationkit.actuate.DeadLetterFilterAdvisor;
import io.integrationkit.actuate.DeadLettersEndpoint;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.replay.ReplayJobs;
import org.junit.jupiter.api.Test;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.invoke.ParameterValueMapper;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

class DeadLettersEndpointAutoConfigurationTests {

    private static final AutoConfigurations ENDPOINT =
            AutoConfigurations.of(DeadLettersEndpointAutoConfiguration.class);

    private static final String EXPOSED = "management.endpoints.web.exposure.include=deadletters";

    private final WebApplicationContextRunner web = new WebApplicationContextRunner()
            .withConfiguration(ENDPOINT)
            .withBean(DeadLetters.class, () -> mock())
            .withBean(ReplayJobs.class, () -> mock());

    @Test
    void anEndpointThatIsExposedExists() {
        this.web
                .withPropertyValues(EXPOSED)
                .run((context) -> assertThat(context).hasSingleBean(DeadLettersEndpoint.class));
    }

    @Test
    void theApplicationsOwnReadingOfFiltersWins() {
        DeadLetterFilterAdvisor own = new DeadLetterFilterAdvisor(ParameterValueMapper.NONE);
        this.web
                .withPropertyValues(EXPOSED)
                .withBean(DeadLetterFilterAdvisor.class, () -> own)
                .run((context) -> assertThat(context.getBean(DeadLetterFilterAdvisor.class))
                        .isSameAs(own));
    }

    @Test
    void anEndpointThatIsNotExposedDoesNotExist() {
        this.web.run((context) -> assertThat(context).doesNotHaveBean(DeadLettersEndpoint.class));
    }

    @Test
    void anEndpointThatIsSwitchedOffDoesNotExist() {
        this.web
                .withPropertyValues(EXPOSED, "management.endpoint.deadletters.access=NONE")
                .run((context) -> assertThat(context).doesNotHaveBean(DeadLettersEndpoint.class));
    }

    @Test
    void overJmxThereIsNone() {
        new ApplicationContextRunner()
                .withConfiguration(ENDPOINT)
                .withBean(DeadLetters.class, () -> mock())
                .withBean(ReplayJobs.class, () -> mock())
                .withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=deadletters")
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DeadLettersEndpoint.class));
    }

    @Test
    void withoutDeadLettersThereIsNoEndpoint() {
        new WebApplicationContextRunner()
                .withConfiguration(ENDPOINT)
                .withPropertyValues(EXPOSED)
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DeadLettersEndpoint.class));
    }

    @Test
    void withoutActuatorThereIsNoEndpoint() {
        this.web
                .withPropertyValues(EXPOSED)
                .withClassLoader(new FilteredClassLoader(Endpoint.class))
                .run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(DeadLettersEndpoint.class));
    }

    @Test
    void theApplicationsOwnEndpointWins() {
        DeadLettersEndpoint own = new DeadLettersEndpoint(mock(), mock(), mock());
        this.web
                .withPropertyValues(EXPOSED)
                .withBean(DeadLettersEndpoint.class, () -> own)
                .run((context) ->
                        assertThat(context.getBean(DeadLettersEndpoint.class)).isSameAs(own));
    }
}
