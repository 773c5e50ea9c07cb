package io.integrationkit.autoconfigure.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.event.conflict.Conflict;
import io.integrationkit.autoconfigure.event.known.Known;
import io.integrationkit.event.CloudEvents;
import io.integrationkit.event.EventDescriptor;
import io.integrationkit.event.EventPolicies;
import io.integrationkit.event.EventReader;
import io.integrationkit.event.EventType;
import io.integrationkit.event.EventTypes;
import io.integrationkit.event.KafkaEvents;
import io.integrationkit.event.NewerVersionPolicy;
import io.integrationkit.event.PayloadSteps;
import io.integrationkit.event.Upcaster;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.type.classreading.MetadataReader;
import org.springframework.core.type.classreading.MetadataReaderFactory;

class EventAutoConfigurationTests {

    private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class, EventAutoConfiguration.class));

    @Test
    void destinationsAreResolvedFromTheEnvironment() {
        this.contextRunner
                .withPropertyValues("orders.topic=orders-prod")
                .run((context) -> assertThat(context.getBean(EventTypes.class)
                                .describe(Placed.class)
                                .destination())
                        .isEqualTo("orders-prod"));
    }

    @Test
    void unknownPlaceholderIsNotTakenForATopic() {
        this.contextRunner.run((context) -> org.assertj.core.api.Assertions.assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        context.getBean(EventTypes.class).describe(Placed.class).destination())
                .withMessageContaining("orders.topic"));
    }

    @Test
    void registryOfTheApplicationWins() {
        this.contextRunner
                .withUserConfiguration(Own.class)
                .run((context) ->
                        assertThat(context).hasSingleBean(EventTypes.class).hasBean("own"));
    }

    @Test
    void classesOfTheApplicationsPackagesAreKnownAtStartUpWhereverTheyWillBePublished() {
        application(Known.class).withUserConfiguration(FromOneToTwo.class).run((context) -> {
            EventTypes types = context.getBean(EventTypes.class);
            assertThat(types.names()).containsExactly("known", "shape");
            EventDescriptor current = types.current("known");
            assertThat(current).isNotNull();
            assertThat(current.eventClass()).isEqualTo(Known.Two.class);
        });
    }

    @Test
    void classesThatClaimTheSameTypeEndStartUpWithWhatToChange() {
        application(Conflict.class)
                .run((context) -> assertAnalysis(
                        context,
                        "INT-311",
                        Conflict.First.class.getName(),
                        Conflict.Second.class.getName(),
                        "version = 2"));
    }

    @Test
    void eventsOfTestClassesDoNotMeetThoseOfTheApplication() {
        application(Conflict.class)
                .withBean("excluding", TypeExcludeFilter.class, OfTests::new)
                .run((context) -> assertThat(context)
                        .hasNotFailed()
                        .getBean(EventTypes.class)
                        .satisfies((types) -> assertThat(types.names()).containsExactly("same")));
    }

    /** As Boot's own filter of test classes. */
    static final class OfTests extends TypeExcludeFilter {

        @Override
        public boolean match(MetadataReader reader, MetadataReaderFactory factory) {
            return reader.getClassMetadata().getClassName().equals(Conflict.Second.class.getName());
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof OfTests;
        }

        @Override
        public int hashCode() {
            return 1;
        }
    }

    @Test
    void missingUpcasterEndsStartUpWithTheBeanToAdd() {
        application(Known.class)
                .run((context) -> assertAnalysis(
                        context,
                        "INT-314",
                        "nothing leads from version 1 to version 2",
                        "Upcaster.of(\"known\", 1, PayloadSteps.none()…)"));
    }

    @Test
    void twoUpcastersOfOneVersionEndStartUpWithTheirBeanNames() {
        application(Known.class)
                .withUserConfiguration(FromOneToTwo.class)
                .withBean("again", Upcaster.class, () -> Upcaster.of("known", 1, PayloadSteps.none()))
                .run((context) -> assertAnalysis(
                        context, "INT-314", "'again'", "'fromOneToTwo'", "both lead away from version 1", "Remove"));
    }

    @Test
    void publishedVersionWithoutDowncasterEndsStartUp() {
        application(Known.class)
                .withUserConfiguration(FromOneToTwo.class)
                .withPropertyValues("integration.events.publish-as.known=1")
                .run((context) -> assertAnalysis(
                        context, "INT-314", "integration.events.publish-as.known=1", "Downcaster.of(\"known\", 2"));
    }

    @Test
    void policiesAndVersionsAreBoundByNamesWithDots() {
        this.contextRunner
                .withPropertyValues(
                        "integration.events.newer-versions=park",
                        "integration.events.newer-versions-of.order.placed=fail",
                        "integration.events.newer-versions-of.shop-orders=tolerant")
                .run((context) -> {
                    EventPolicies<NewerVersionPolicy> newer =
                            context.getBean(EventProperties.class).newer();
                    assertThat(newer.of("order.placed", null)).isEqualTo(NewerVersionPolicy.FAIL);
                    assertThat(newer.of("order.paid", "shop-orders")).isEqualTo(NewerVersionPolicy.TOLERANT);
                    assertThat(newer.of("order.paid", "other")).isEqualTo(NewerVersionPolicy.PARK);
                });
    }

    @Test
    void withoutKafkaEventsAreReadAllTheSame() {
        this.contextRunner
                .withClassLoader(new FilteredClassLoader("org.apache.kafka"))
                .run((context) -> assertThat(context)
                        .hasSingleBean(EventReader.class)
                        .hasSingleBean(CloudEvents.class)
                        .doesNotHaveBean(KafkaEvents.class));
        this.contextRunner.run((context) -> assertThat(context).hasSingleBean(KafkaEvents.class));
    }

    private ApplicationContextRunner application(Class<?> inPackage) {
        return this.contextRunner.withInitializer((context) -> AutoConfigurationPackages.register(
                (BeanDefinitionRegistry) context.getBeanFactory(), inPackage.getPackageName()));
    }

    /** As the user sees it when start-up ends. */
    private static void assertAnalysis(AssertableApplicationContext context, String... parts) {
        Throwable failure = context.getStartupFailure();
        assertThat(failure).isNotNull();
        String shown = SpringFactoriesLoader.forDefaultResourceLocation()
                .load(
                        FailureAnalyzer.class,
                        SpringFactoriesLoader.FailureHandler.handleMessage((message, failed) -> {}))
                .stream()
                .map((analyzer) -> analyzer.analyze(failure))
                .filter((analysis) -> analysis != null)
                .map((analysis) -> analysis.getDescription() + analysis.getAction())
                .findFirst()
                .orElse("nothing");
        assertThat(shown).contains(parts);
    }

    @Configuration(proxyBeanMethods = false)
    static class FromOneToTwo {

        @Bean
        Upcaster fromOneToTwo() {
            return Upcaster.of("known", 1, PayloadSteps.none().rename("/a", "b"));
        }
    }

    @EventType(value = "order.placed", destination = "${orders.topic}")
    record Placed() {}

    @Configuration(proxyBeanMethods = false)
    static class Own {

        @Bean
        EventTypes own() {
            return new EventTypes(UnaryOperator.identity());
        }
    }
}
