package io.integrationkit.outbox;

import java.util.List;

/** The broker's side of {@link SendMode#TRANSACTIONAL}. What blocks is never called by the relay's thread. */
interface ShardTransactions {

    /** Whether it is for messages that this destination delivers. */
    boolean covers(MessageDestination destination);

    /**
     * Checks and prepares what is needed, once the tables are there.
     *
     * @throws OutboxConfigurationException if the brokers answer and cannot do it
     */
    void prepare();

    /**
     * Takes a shard over: ends what a former sender left open, and fences it. Blocks.
     *
     * @throws RuntimeException if that is not possible now; nothing is held then
     */
    Session open(int shard);

    /** The right to send for a shard, until another one is opened for it by whomever. Used by one thread at a time. */
    interface Session {

        /** What the last batch held that was committed before the session began. */
        BatchProgress progress();

        /**
         * Sends a batch and its progress as one transaction. Blocks.
         *
         * @param batch messages in the order of their ids
         * @throws BatchFailedException if it was not committed, or that is not known; the session is of no use then
         */
        void commit(List<StoredMessage> batch);

        /** Gives up what is open. Waits a little at most; may be called again. */
        void close();
    }
}
