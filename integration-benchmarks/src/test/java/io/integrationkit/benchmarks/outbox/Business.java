package io.integrationkit.benchmarks.outbox;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionTemplate;

/** A business transaction: one INSERT, one UPDATE, and if wanted a message. */
final class Business {

    /** Each publisher has its own share of them, so that none waits for another. */
    static final int ACCOUNTS = 1000;

    static final String TABLES = """
            CREATE TABLE account (id integer PRIMARY KEY, balance bigint NOT NULL) WITH (fillfactor = 50);
            INSERT INTO account SELECT n, 0 FROM generate_series(0, %d) AS n;
            CREATE TABLE booking (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, account integer NOT NULL, tag text NOT NULL,
                amount bigint NOT NULL)""".formatted(ACCOUNTS - 1);

    /** What was committed under a tag, also by a process that is dead. */
    static final String COMMITTED = "SELECT count(*) FROM booking WHERE tag = ?";

    private static final String BOOK = "INSERT INTO booking (account, tag, amount) VALUES (?, ?, ?)";

    private static final String UPDATE = "UPDATE account SET balance = balance + ? WHERE id = ?";

    private final TransactionTemplate transactions;

    private final JdbcTemplate jdbc;

    private final OutboxUnderTest outbox;

    Business(TransactionTemplate transactions, JdbcTemplate jdbc, OutboxUnderTest outbox) {
        this.transactions = transactions;
        this.jdbc = jdbc;
        this.outbox = outbox;
    }

    /**
     * Returns after the commit.
     *
     * @param tag name of the measurement
     * @param account account that is changed; also the key of the message
     * @param number number of the message within its key
     * @param publishing whether a message is published
     */
    void transact(String tag, int account, long number, boolean publishing) {
        this.transactions.executeWithoutResult((status) -> {
            this.jdbc.update(BOOK, account, tag, number);
            this.jdbc.update(UPDATE, number, account);
            if (publishing) {
                this.outbox.publish(Message.key(tag, account), Message.text(number));
            }
        });
    }

    /** Publishes one message for each of these accounts in one transaction, with no other change. */
    void publishOnly(String tag, int firstAccount, int accounts, long number) {
        this.transactions.executeWithoutResult((status) -> {
            for (int account = firstAccount; account < firstAccount + accounts; account++) {
                this.outbox.publish(Message.key(tag, account), Message.text(number));
            }
        });
    }
}
