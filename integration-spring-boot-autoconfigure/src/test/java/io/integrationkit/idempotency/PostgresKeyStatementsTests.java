package io.integrationkit.idempotency;

import static io.integrationkit.idempotency.Keys.RESULT;
import static io.integrationkit.idempotency.Keys.TTL;
import static io.integrationkit.idempotency.Keys.anyKey;
import static io.integrationkit.idempotency.Keys.granted;
import static io.integrationkit.idempotency.Keys.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.PostgresDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

/** What the statements cost the server. */
class PostgresKeyStatementsTests {

    private static final int MANY = 200;

    private final JdbcAccess access = PostgresDatabase.access();

    private final JdbcAccess beside = PostgresDatabase.access();

    private final IdempotencyStore store = IdempotencyStore.jdbc(this.access);

    @AfterEach
    void close() {
        ((HikariDataSource) this.access.dataSource()).close();
        ((HikariDataSource) this.beside.dataSource()).close();
    }

    @Test
    void aDuplicateWritesNothing() {
        List<IdempotencyKey> keys = new ArrayList<>();
        long claims = written(() -> {
            for (int i = 0; i < MANY; i++) {
                IdempotencyKey key = anyKey();
                this.store.complete(granted(this.store.claim(request(key))), RESULT, TTL);
                keys.add(key);
            }
        });
        long duplicates = written(() ->
                keys.forEach((key) -> assertThat(this.store.claim(request(key))).isInstanceOf(Claim.Done.class)));
        assertThat(claims).isGreaterThan(MANY * 200L);
        assertThat(duplicates)
                .as("bytes of write-ahead log, the server's own included")
                .isLessThan(claims / 10);
    }

    private long written(Runnable work) {
        String now = "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint";
        long before = Objects.requireNonNull(this.beside.jdbc().queryForObject(now, Long.class));
        work.run();
        return Objects.requireNonNull(this.beside.jdbc().queryForObject(now, Long.class)) - before;
    }

    /** A pool of connections keeps the plans that were made while there were hardly any rows. */
    @Test
    void theTableIsNeverReadAsAWholeForOneKeyWhateverIsKnownOfIt() {
        this.access.jdbc().execute("alter table integration_idempotency set (autovacuum_enabled = false)");
        this.access.jdbc().execute("vacuum analyze integration_idempotency");
        TransactionalKeys keys = Objects.requireNonNull(this.store.transactional());
        TransactionTemplate transaction = new TransactionTemplate(this.access.transactionManager());
        for (int i = 0; i < MANY; i++) {
            IdempotencyKey key = anyKey();
            ClaimToken token = granted(this.store.claim(request(key, Duration.ZERO, TTL)));
            this.store.extend(token, Duration.ZERO);
            token = granted(this.store.claim(request(key)));
            this.store.complete(token, RESULT, TTL);
            this.store.claim(request(key));
            this.store.release(granted(this.store.claim(request(anyKey()))));
            transaction.executeWithoutResult((status) -> {
                IdempotencyKey other = anyKey();
                keys.complete(granted(keys.claim(request(other), TTL)), RESULT, TTL);
                keys.claim(request(other), TTL);
            });
        }
        HikariDataSource pool = (HikariDataSource) this.access.dataSource();
        pool.close();
        await().atMost(30, TimeUnit.SECONDS).until(() -> scans("idx_scan") >= MANY * 7);
        assertThat(scans("seq_scan"))
                .as("those that built the indexes included")
                .isLessThan(10);
    }

    private long scans(String kind) {
        HikariDataSource pool = (HikariDataSource) this.access.dataSource();
        JdbcTemplate other = new JdbcTemplate(
                new DriverManagerDataSource(pool.getJdbcUrl(), pool.getUsername(), pool.getPassword()));
        return Objects.requireNonNull(other.queryForObject(
                "select " + kind + " from pg_stat_user_tables where relname = 'integration_idempotency'", Long.class));
    }
}
