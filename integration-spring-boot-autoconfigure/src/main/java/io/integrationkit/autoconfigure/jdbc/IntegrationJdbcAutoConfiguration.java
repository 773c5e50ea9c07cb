package io.integrationkit.autoconfigure.jdbc;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.boot.sql.init.dependency.DatabaseInitializationDependencyConfigurer;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcOperations;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Auto-configuration of the database the stores share, where the application has one data source and one transaction
 * manager. Without it, state is kept in memory.
 */
@AutoConfiguration(
        afterName = {
            "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration",
            "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration",
            "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration"
        })
@ConditionalOnBooleanProperty(name = "integration.jdbc.enabled", matchIfMissing = true)
public final class IntegrationJdbcAutoConfiguration {

    IntegrationJdbcAutoConfiguration() {}

    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass({JdbcOperations.class, DataSourceScriptDatabaseInitializer.class})
    @ConditionalOnSingleCandidate(DataSource.class)
    @EnableConfigurationProperties(IntegrationJdbcProperties.class)
    @Import(DatabaseInitializationDependencyConfigurer.class)
    static class Access {

        @Bean
        @ConditionalOnMissingBean
        IntegrationSchemaInitializer integrationSchemaInitializer(
                DataSource dataSource, IntegrationJdbcProperties properties) {
            DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
            settings.setMode(properties.getInitializeSchema());
            settings.setContinueOnError(properties.isContinueOnError());
            settings.setSchemaLocations(IntegrationSchemaInitializer.resolve(dataSource, properties.getSchema()));
            return new IntegrationSchemaInitializer(dataSource, settings);
        }

        @Bean
        @ConditionalOnMissingBean
        @ConditionalOnSingleCandidate(PlatformTransactionManager.class)
        @DependsOnDatabaseInitialization
        JdbcAccess integrationJdbcAccess(DataSource dataSource, PlatformTransactionManager transactionManager) {
            return new JdbcAccess(dataSource, transactionManager, Database.of(dataSource));
        }
    }
}
