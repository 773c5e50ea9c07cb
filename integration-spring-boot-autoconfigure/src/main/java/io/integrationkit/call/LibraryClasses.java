package io.integrationkit.call;

import java.util.Set;

/**
 * Classes that cannot know our annotations: those of the JDK and of Spring's own libraries. They are most of the beans of
 * an application, and to search some hundreds of them would add a tenth of a second and more to start-up. Other packages
 * below {@code org.springframework} belong to applications, such as Spring's samples, and are searched.
 */
public final class LibraryClasses {

    private static final String SPRING = "org.springframework.";

    /** A library that is missing here is searched for nothing. */
    private static final Set<String> OF_SPRING =
            Set.of(("ai amqp aop aot asm batch beans boot cache cglib cloud context"
                            + " core credhub dao data ejb expression format graphql grpc hateoas http instrument integration"
                            + " javapoet jca jdbc jms jmx jndi kafka lang ldap mail messaging mock modulith objenesis orm oxm"
                            + " plugin pulsar r2dbc rabbit resilience restdocs retry scheduling scripting security session shell"
                            + " statemachine stereotype test transaction ui util validation vault web ws xml")
                    .split(" "));

    private LibraryClasses() {}

    /**
     * Tells whether a class is one of them.
     *
     * @param type any class, also that of a proxy
     * @return whether no method of it can carry an annotation of ours
     */
    public static boolean contains(Class<?> type) {
        String name = type.getName();
        if (!name.startsWith(SPRING)) {
            return name.startsWith("java.");
        }
        int end = name.indexOf('.', SPRING.length());
        return end > 0 && OF_SPRING.contains(name.substring(SPRING.length(), end));
    }
}
