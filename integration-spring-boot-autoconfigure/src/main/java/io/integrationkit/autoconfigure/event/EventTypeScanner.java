package io.integrationkit.autoconfigure.event;

import io.integrationkit.event.EventType;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurationPackages;
import org.springframework.boot.context.TypeExcludeFilter;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/** Finds the classes of events in the packages of the application, without initialising one. */
final class EventTypeScanner {

    private EventTypeScanner() {}

    /** Finds none in an application without packages, such as one of a test that only imports configurations. */
    static Set<Class<?>> scan(ApplicationContext context) {
        Set<Class<?>> classes = new LinkedHashSet<>();
        for (String root : packages(context)) {
            for (BeanDefinition found : provider(context).findCandidateComponents(root)) {
                String name = String.valueOf(found.getBeanClassName());
                classes.add(ClassUtils.resolveClassName(name, context.getClassLoader()));
            }
        }
        return classes;
    }

    private static List<String> packages(ApplicationContext context) {
        return AutoConfigurationPackages.has(context) ? AutoConfigurationPackages.get(context) : List.of();
    }

    private static ClassPathScanningCandidateComponentProvider provider(ApplicationContext context) {
        ClassPathScanningCandidateComponentProvider provider = new Candidates();
        provider.setEnvironment(context.getEnvironment());
        provider.setResourceLoader(context);
        // The events of test classes must not meet those of the application, as its components do not.
        TypeExcludeFilter excluded = new TypeExcludeFilter();
        excluded.setBeanFactory(context.getAutowireCapableBeanFactory());
        provider.addExcludeFilter(excluded);
        provider.addIncludeFilter(new AnnotationTypeFilter(EventType.class, false));
        return provider;
    }

    /** Takes what is no component too: interfaces and abstract classes may be event types. */
    private static final class Candidates extends ClassPathScanningCandidateComponentProvider {

        Candidates() {
            super(false);
        }

        @Override
        protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
            return definition.getMetadata().isIndependent();
        }
    }
}
