package io.integrationkit.context;

/** What is bound to a thread until closed; close it on the thread that opened it. */
@FunctionalInterface
public interface Scope extends AutoCloseable {

    @Override
    void close();
}
