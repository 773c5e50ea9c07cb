package io.integrationkit.sample.process;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;

/** How an application runs that is started as a process to be killed. */
public final class ProcessApplication {

    private ProcessApplication() {}

    /**
     * Prepares an application without a web server that lives until it is killed. Its configuration is that of its
     * arguments: that of the sample, which is on the same class path, is not read.
     *
     * @param source its configuration class
     * @return an application that can be run
     */
    public static SpringApplication of(Class<?> source) {
        SpringApplication application = new SpringApplication(source);
        application.setWebApplicationType(WebApplicationType.NONE);
        application.setDefaultProperties(Map.of(
                "spring.sql.init.mode", "never",
                "spring.jmx.enabled", "false",
                "spring.main.banner-mode", "off",
                "spring.main.keep-alive", "true",
                "spring.datasource.hikari.connection-timeout", "3000",
                "integration.jdbc.initialize-schema", "always",
                "logging.level.io.integrationkit", "INFO"));
        System.setProperty("spring.config.name", "process");
        return application;
    }
}
