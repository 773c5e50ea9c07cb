package io.integrationkit.benchmarks.deadletter;

import com.zaxxer.hikari.HikariDataSource;
import io.integrationkit.benchmarks.load.Results.Column;
import io.integrationkit.call.OperationRegistry;
import io.integrationkit.call.OperationReplayer;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.TimeSource;
import io.integrationkit.deadletter.DeadLetterPrivacy;
import io.integrationkit.deadletter.DeadLetterSettings;
import io.integrationkit.deadletter.DeadLetterStores;
import io.integrationkit.deadletter.DeadLetters;
import io.integrationkit.deadletter.MaskingSettings;
import io.integrationkit.failure.FailureClassification;
import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import tools.jackson.databind.json.JsonMapper;

/** So many dead letters of twenty kinds of failure, in a database of their own, in a pool of one connection. */
final class Heap implements Column, AutoCloseable {

    /** Number of groups; of each there are as many. */
    static final int GROUPS = 20;

    /** Entries of each key. */
    static final int OF_A_KEY = 50;

    private static final String TABLE = "integration_dead_letter";

    private static final String FILL = """
            insert into integration_dead_letter (id, kind, name, entry_key, arguments, message_id, event_type, event_version, \
            content_type, headers, payload, category, exception_type, message, fingerprint, attempts, first_failed_at, \
            last_failed_at, correlation_id, status, replays, compensation, closed_at, revision, epoch) \
            select md5('entry-' || n)::uuid::text, case when g < 12 then 'CALL' else 'MESSAGE' end, 'shop.place-' || g, \
            'customer-' || n % ?, case when g < 12 then '["' || repeat('0123456789', 25) || '"]' end, \
            case when g >= 12 then 'message-' || n end, case when g >= 12 then 'order.placed' end, 1, \
            case when g >= 12 then 'application/json' end, case when g >= 12 then decode(repeat('7b7d', 60), 'hex') end, \
            case when g >= 12 then decode(repeat('7b7d', 250), 'hex') end, \
            (array['TEMPORARY', 'PERMANENT', 'VALIDATION', 'RATE_LIMIT'])[1 + g % 4], \
            'org.springframework.web.client.HttpServerErrorException', \
            '503 Service Unavailable on POST request for "https://carrier.example/shipments": ' || n, \
            substr(md5('fingerprint-' || g), 1, 16), 3, now() - interval '1 day' + n * interval '1 millisecond', \
            now() - interval '1 day' + n * interval '1 millisecond', md5('correlation-' || n), status, 0, 'NONE', \
            case when status in ('RESOLVED', 'DISCARDED') then now() end, 0, 0 \
            from (select n, n % 20 as g, (array['NEW', 'NEW', 'NEW', 'NEW', 'NEW', 'NEW', 'PARKED', 'RESOLVED', 'RESOLVED', \
            'DISCARDED'])[1 + (n / 20) % 10] as status from generate_series(0, ? - 1) n) entries""";

    private final int entries;

    private final boolean vacuumed;

    private final HikariDataSource pool;

    private final DeadLetters deadLetters;

    Heap(String url, int entries, boolean vacuumed) {
        this.entries = entries;
        this.vacuumed = vacuumed;
        this.pool = DataSourceBuilder.create()
                .type(HikariDataSource.class)
                .url(url)
                .username("postgres")
                .build();
        this.pool.setMaximumPoolSize(1);
        this.deadLetters = inDatabase();
        fill();
    }

    private DeadLetters inDatabase() {
        JdbcAccess access = new JdbcAccess(this.pool, new DataSourceTransactionManager(this.pool), Database.POSTGRESQL);
        PayloadCodec codec = new PayloadCodec(new JsonMapper());
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        OperationRegistry nothing = new OperationRegistry(beans, List::of, TimeSource.system());
        return new DeadLetterStores(
                        new OperationReplayer(beans, nothing, codec),
                        () -> null,
                        new FailureClassification(List.of(), InstantSource.system()),
                        TimeSource.system(),
                        () -> null,
                        new DeadLetterSettings(Duration.ofMinutes(5), 1),
                        new DeadLetterPrivacy(
                                codec, (name) -> null, (type, version) -> List.of(), MaskingSettings.standard(), null))
                .inDatabase(access, codec);
    }

    private void fill() {
        JdbcTemplate jdbc = new JdbcTemplate(this.pool);
        new ResourceDatabasePopulator(new ClassPathResource("io/integrationkit/schema/deadletter-postgresql.sql"))
                .execute(this.pool);
        // What is measured is either vacuumed or not, and not in between.
        jdbc.execute("alter table " + TABLE + " set (autovacuum_enabled = false)");
        jdbc.update(FILL, this.entries / OF_A_KEY, this.entries);
        // The entries were not stored one by one, and so not counted.
        this.deadLetters.deleteExpired(1);
        jdbc.execute((this.vacuumed ? "vacuum analyze " : "analyze ") + TABLE);
        jdbc.execute("checkpoint");
    }

    DeadLetters deadLetters() {
        return this.deadLetters;
    }

    int entries() {
        return this.entries;
    }

    /** Id of an entry, by its place in the order of storing, from 0. */
    String id(int place) {
        return String.valueOf(new JdbcTemplate(this.pool)
                .queryForObject("select id from " + TABLE + " order by seq offset ? limit 1", String.class, place));
    }

    @Override
    public String label() {
        return String.format(Locale.ROOT, "%,d%s", this.entries, this.vacuumed ? "" : ", not vacuumed");
    }

    @Override
    public void close() {
        this.pool.close();
    }
}
