package io.integrationkit.listener;

import io.integrationkit.failure.Failure;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Where records go that are given up. Safe for use by the threads of any number of listeners. */
@FunctionalInterface
public interface GivenUpRecords {

    /**
     * Keeps a record; called again with the same one if the offset could not be moved on afterwards.
     *
     * @param failed the record
     * @param failure what kind of failure it was
     * @param exception the failure
     * @throws RuntimeException if the record is not safe; it is delivered to its listener again then
     */
    void keep(ConsumerRecord<?, ?> failed, Failure failure, Exception exception);

    /**
     * Keeps each record here first, and then there. If the second fails, the record is kept here again when it comes
     * again.
     *
     * @param second where it goes then
     * @return both together
     */
    default GivenUpRecords andThen(GivenUpRecords second) {
        return (failed, failure, exception) -> {
            keep(failed, failure, exception);
            second.keep(failed, failure, exception);
        };
    }
}
