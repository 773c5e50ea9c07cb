package io.integrationkit.idempotency;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.autoconfigure.idempotency.IdempotencyAutoConfiguration;
import io.integrationkit.autoconfigure.jdbc.IntegrationJdbcAutoConfiguration;
import io.integrationkit.autoconfigure.reliable.ReliableAutoConfiguration;
import io.integrationkit.failure.ProblemException;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.DelegatingIdempotencyStore;
import io.integrationkit.testsupport.StandingStill;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;

/**
 * An application that makes one call of each kind with the same key, each of which stands still at one point, to be killed
 * there.
 */
final class DyingProcess {

    private DyingProcess() {}

    /** Where a call stands still. */
    enum Point {
        BEFORE_CLAIM,
        AFTER_CLAIM,
        AFTER_EFFECT,
        BEFORE_COMPLETION,
        AFTER_COMPLETION,
        AFTER_RETURN,
        NOWHERE
    }

    /** A kind of call. */
    enum Kind {
        REPEATED,
        REFUSED,
        RECONCILED,
        TRANSACTIONAL
    }

    /** Arguments: address and user of the database, the point, the key. */
    public static void main(String[] arguments) {
        Calls calls = new Calls(Point.valueOf(arguments[2]));
        ConfigurableApplicationContext context = start(calls, arguments[0], arguments[1]);
        for (Kind kind : Kind.values()) {
            Thread call = new Thread(() -> {
                calls.of(context, kind, arguments[3]);
                calls.stand(Point.AFTER_RETURN);
            });
            call.start();
        }
    }

    static ConfigurableApplicationContext start(Calls calls, String url, String user) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .initializers((context) -> context.getBeanFactory().registerSingleton("calls", calls))
                .properties(Map.of(
                        "spring.datasource.url", url,
                        "spring.datasource.username", user,
                        "integration.jdbc.initialize-schema", "always",
                        "integration.idempotency.lease", "2s",
                        "integration.idempotency.max-wait", "30s"))
                .run();
    }

    /** What the calls of a process do. */
    static final class Calls {

        private final StandingStill<Point> standing;

        Calls(Point point) {
            this.standing = new StandingStill<>(point, Kind.values().length);
        }

        /** Makes a call; returns its result, or the code with which it was refused. */
        String of(ConfigurableApplicationContext context, Kind kind, String key) {
            Payments payments = context.getBean(Payments.class);
            try {
                return switch (kind) {
                    case REPEATED -> payments.payRepeatedly(key);
                    case REFUSED -> payments.payAtMostOnce(key);
                    case RECONCILED -> payments.payReconciled(key);
                    case TRANSACTIONAL -> payments.payInTransaction(key);
                };
            } catch (ProblemException ex) {
                return ex.code().id();
            }
        }

        void stand(Point here) {
            this.standing.at(here);
        }
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({
        DataSourceAutoConfiguration.class,
        DataSourceTransactionManagerAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        IntegrationJdbcAutoConfiguration.class,
        CallAutoConfiguration.class,
        ReliableAutoConfiguration.class,
        IdempotencyAutoConfiguration.class
    })
    static class Application {

        @Bean
        IdempotencyStore store(JdbcAccess access, Calls calls) {
            return new StandingStore(IdempotencyStore.jdbc(access), calls);
        }

        @Bean
        Payments payments(JdbcAccess access, Calls calls) {
            return new Payments(access, calls);
        }

        @Bean
        Reconciler reconciler(JdbcAccess access) {
            return new Effects(access);
        }
    }

    static class Payments {

        private final JdbcAccess access;

        private final Calls calls;

        Payments(JdbcAccess access, Calls calls) {
            this.access = access;
            this.calls = calls;
        }

        @Idempotent(key = "#key", operation = "repeated")
        public String payRepeatedly(String key) {
            return pay(Kind.REPEATED, key);
        }

        @Idempotent(key = "#key", operation = "refused", afterCrash = AfterCrash.REFUSE)
        public String payAtMostOnce(String key) {
            return pay(Kind.REFUSED, key);
        }

        @Idempotent(key = "#key", operation = "reconciled", afterCrash = AfterCrash.RECONCILE)
        public String payReconciled(String key) {
            return pay(Kind.RECONCILED, key);
        }

        @Idempotent(key = "#key", operation = "transactional")
        @Transactional
        public String payInTransaction(String key) {
            return pay(Kind.TRANSACTIONAL, key);
        }

        private String pay(Kind kind, String key) {
            this.access.jdbc().update("insert into effect (kind, id) values (?, ?)", kind.name(), key);
            this.calls.stand(Point.AFTER_EFFECT);
            return "paid";
        }
    }

    /** Looks whether the effect is there. */
    private record Effects(JdbcAccess access) implements Reconciler {

        @Override
        public String operation() {
            return "reconciled";
        }

        @Override
        public Finding reconcile(UnfinishedCall call) {
            int effects = effects(this.access, Kind.RECONCILED, String.valueOf(call.arguments()[0]));
            return (effects > 0) ? Reconciler.done("paid") : Reconciler.notDone();
        }
    }

    static int effects(JdbcAccess access, Kind kind, String key) {
        return Objects.requireNonNull(access.jdbc()
                .queryForObject(
                        "select count(*) from effect where kind = ? and id = ?", Integer.class, kind.name(), key));
    }

    private static final class StandingStore extends DelegatingIdempotencyStore {

        private final Calls calls;

        private final TransactionalKeys keys;

        StandingStore(IdempotencyStore store, Calls calls) {
            super(store);
            this.calls = calls;
            this.keys = new StandingKeys(Objects.requireNonNull(store.transactional()), calls);
        }

        @Override
        public Claim claim(ClaimRequest request) {
            this.calls.stand(Point.BEFORE_CLAIM);
            Claim claim = super.claim(request);
            this.calls.stand(Point.AFTER_CLAIM);
            return claim;
        }

        @Override
        public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
            this.calls.stand(Point.BEFORE_COMPLETION);
            boolean held = super.complete(token, result, ttl);
            this.calls.stand(Point.AFTER_COMPLETION);
            return held;
        }

        @Override
        public TransactionalKeys transactional() {
            return this.keys;
        }
    }

    private record StandingKeys(TransactionalKeys keys, Calls calls) implements TransactionalKeys {

        @Override
        public PlatformTransactionManager transactionManager() {
            return this.keys.transactionManager();
        }

        @Override
        public boolean inTransaction() {
            return this.keys.inTransaction();
        }

        @Override
        public Claim claim(ClaimRequest request, Duration maxWait) {
            this.calls.stand(Point.BEFORE_CLAIM);
            Claim claim = this.keys.claim(request, maxWait);
            this.calls.stand(Point.AFTER_CLAIM);
            return claim;
        }

        @Override
        public boolean complete(ClaimToken token, StoredResult result, Duration ttl) {
            this.calls.stand(Point.BEFORE_COMPLETION);
            boolean held = this.keys.complete(token, result, ttl);
            this.calls.stand(Point.AFTER_COMPLETION);
            return held;
        }

        @Override
        public boolean release(ClaimToken token) {
            return this.keys.release(token);
        }
    }
}
