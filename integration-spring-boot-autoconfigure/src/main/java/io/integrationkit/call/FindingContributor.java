package io.integrationkit.call;

import java.util.List;

/** Port: knows something a user should know about the application, not about one operation. */
@FunctionalInterface
public interface FindingContributor {

    /**
     * Returns what was found. Called when the application starts and whenever somebody looks, by any thread.
     *
     * @return the findings; empty if there is nothing to say
     */
    List<Finding> findings();
}
