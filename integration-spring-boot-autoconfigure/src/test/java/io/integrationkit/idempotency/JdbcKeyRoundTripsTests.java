package io.integrationkit.idempotency;

import static io.integrationkit.idempotency.Keys.anyKey;
import static io.integrationkit.idempotency.Keys.granted;
import static io.integrationkit.idempotency.Keys.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.CountingProxy;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** How often a claim and its end wait for the server, counted between the two. */
@ParameterizedClass
@EnumSource(names = "H2", mode = EnumSource.Mode.EXCLUDE)
class JdbcKeyRoundTripsTests {

    /** Odd, for a median: a pool that looks whether a connection is alive after a pause must not count. */
    private static final int SAMPLES = 15;

    private final Engine engine;

    private CountingProxy proxy;

    private HikariDataSource pool;

    private JdbcAccess access;

    private IdempotencyStore store;

    private TransactionalKeys keys;

    JdbcKeyRoundTripsTests(Engine engine) {
        this.engine = engine;
    }

    private interface Work<T> {

        void run(T prepared) throws Exception;
    }

    private interface Preparation<T> {

        T prepare() throws Exception;
    }

    @BeforeEach
    void open() throws Exception {
        HikariDataSource direct = (HikariDataSource) this.engine.access().dataSource();
        String url = direct.getJdbcUrl();
        int port = URI.create(url.substring("jdbc:".length())).getPort();
        this.proxy = new CountingProxy(port);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url.replace(":" + port + "/", ":" + this.proxy.port() + "/"));
        config.setUsername(direct.getUsername());
        config.setPassword(direct.getPassword());
        config.setMinimumIdle(2);
        config.setMaximumPoolSize(2);
        this.pool = new HikariDataSource(config);
        this.access = new JdbcAccess(
                this.pool,
                new JdbcTransactionManager(this.pool),
                this.engine.access().database());
        this.store = IdempotencyStore.jdbc(this.access);
        this.keys = Objects.requireNonNull(this.store.transactional());
        this.access.jdbc().execute("create table if not exists business (id integer)");
    }

    @AfterEach
    void close() throws Exception {
        this.pool.close();
        this.proxy.close();
    }

    private <T> int roundTrips(Preparation<T> preparation, Work<T> work) throws Exception {
        int[] samples = new int[SAMPLES];
        for (int i = 0; i < SAMPLES; i++) {
            T prepared = preparation.prepare();
            int before = this.proxy.roundTrips();
            work.run(prepared);
            samples[i] = this.proxy.roundTrips() - before;
        }
        Arrays.sort(samples);
        return samples[SAMPLES / 2];
    }

    private int ofClaim() {
        return (this.engine == Engine.MYSQL) ? 2 : 1;
    }

    @Test
    void aNewKeyCostsOneToClaimAndOneToComplete() throws Exception {
        assertThat(roundTrips(
                        Keys::anyKey,
                        (key) -> this.store.complete(granted(this.store.claim(request(key))), Keys.RESULT, Keys.TTL)))
                .isEqualTo(ofClaim() + 1);
    }

    @Test
    void aDuplicateCostsOne() throws Exception {
        assertThat(roundTrips(
                        this::done,
                        (key) -> assertThat(this.store.claim(request(key))).isInstanceOf(Claim.Done.class)))
                .isEqualTo(ofClaim());
    }

    private IdempotencyKey done() {
        IdempotencyKey key = anyKey();
        this.store.complete(granted(this.store.claim(request(key))), Keys.RESULT, Keys.TTL);
        return key;
    }

    @Test
    void aLapsedKeyCostsOneMore() throws Exception {
        assertThat(roundTrips(
                        () -> {
                            IdempotencyKey key = anyKey();
                            granted(this.store.claim(request(key, Duration.ZERO, Keys.TTL)));
                            return key;
                        },
                        (key) -> granted(this.store.claim(request(key)))))
                .isEqualTo(ofClaim() + 1);
    }

    @Test
    void eachOtherWriteCostsOne() throws Exception {
        assertThat(roundTrips(this::claimed, (token) -> this.store.release(token)))
                .isEqualTo(1);
        assertThat(roundTrips(this::claimed, (token) -> this.store.deadLetter(token, "entry", Keys.TTL)))
                .isEqualTo(1);
        assertThat(roundTrips(this::claimed, (token) -> this.store.extend(token, Keys.LEASE)))
                .isEqualTo(1);
    }

    private ClaimToken claimed() {
        return granted(this.store.claim(request(anyKey())));
    }

    @Test
    void aClaimBesideATransactionCostsNoMore() throws Exception {
        new TransactionTemplate(this.access.transactionManager()).executeWithoutResult((status) -> {
            try {
                aNewKeyCostsOneToClaimAndOneToComplete();
            } catch (Exception ex) {
                throw new IllegalStateException(ex);
            }
        });
    }

    @Test
    void aKeyInTheTransactionOfTheWorkCostsTwoMoreThanTheWork() throws Exception {
        TransactionTemplate transaction = new TransactionTemplate(this.access.transactionManager());
        int base = roundTrips(
                Keys::anyKey,
                (key) -> transaction.executeWithoutResult(
                        (status) -> this.access.jdbc().update("insert into business values (1)")));
        int withKey = roundTrips(
                Keys::anyKey,
                (key) -> transaction.executeWithoutResult((status) -> {
                    ClaimToken token = granted(this.keys.claim(request(key), Duration.ofSeconds(2)));
                    this.access.jdbc().update("insert into business values (1)");
                    assertThat(this.keys.complete(token, Keys.RESULT, Keys.TTL)).isTrue();
                }));
        assertThat(withKey - base).isEqualTo(ofClaim() + 1);
    }
}
