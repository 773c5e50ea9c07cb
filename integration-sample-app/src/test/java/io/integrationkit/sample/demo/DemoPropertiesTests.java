package io.integrationkit.sample.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.validation.ValidationBindHandler;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.env.SimpleCommandLinePropertySource;
import org.springframework.mock.env.MockEnvironment;

class DemoPropertiesTests {

    @Test
    void hasTheDocumentedDefaults() {
        assertThat(bind()).isEqualTo(new DemoProperties(false, null, 2000, 0.2, 8, 42, true, true, null));
    }

    @Test
    void readsEveryOption() {
        assertThat(bind(
                        "--demo.enabled=true",
                        "--demo.deliveries=some/file.ndjson",
                        "--demo.count=3000",
                        "--demo.duplicate-share=0.3",
                        "--demo.concurrency=4",
                        "--demo.seed=7",
                        "--demo.repair=false",
                        "--demo.exit=false",
                        "--demo.report=out/report.json"))
                .isEqualTo(new DemoProperties(
                        true, Path.of("some/file.ndjson"), 3000, 0.3, 4, 7, false, false, Path.of("out/report.json")));
    }

    @Test
    void namesTheOptionThatCannotWork() {
        assertThatException()
                .isThrownBy(() -> bind("--demo.count=0"))
                .withRootCauseExactlyInstanceOf(IllegalArgumentException.class)
                .havingRootCause()
                .withMessage("'demo.count' must be at least 1 but is 0");
        assertThatException()
                .isThrownBy(() -> bind("--demo.duplicate-share=1.5"))
                .havingRootCause()
                .withMessage("'demo.duplicate-share' must be from 0 to 1 but is 1.5");
        assertThatException()
                .isThrownBy(() -> bind("--demo.concurrency=0"))
                .havingRootCause()
                .withMessage("'demo.concurrency' must be at least 1 but is 0");
    }

    private static DemoProperties bind(String... args) {
        MockEnvironment environment = new MockEnvironment();
        environment.getPropertySources().addFirst(new SimpleCommandLinePropertySource(args));
        environment.setConversionService(new ApplicationConversionService());
        return Binder.get(environment, new ValidationBindHandler()).bindOrCreate("demo", DemoProperties.class);
    }
}
