package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.table;

import io.integrationkit.context.TimeSource;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.PostgresDatabase;
import java.util.List;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/** Publishing where jOOQ writes the business rows, on the connection of Spring's transaction as Spring Boot sets it up. */
class JooqPublishTests {

    private static final Table<Record> STOCK = table("stock");

    private static final Field<Integer> ID = field("id", Integer.class);

    private final JdbcAccess access = PostgresDatabase.access();

    private final DSLContext jooq =
            DSL.using(new TransactionAwareDataSourceProxy(this.access.dataSource()), SQLDialect.POSTGRES);

    private final Outbox outbox = OutboxEngine.durable(
                    this.access,
                    Outboxes.parts(
                            Outboxes.spec(),
                            List.of(new RecordingDestination("orders")),
                            () -> Outboxes.deadLetters(this.access, () -> null),
                            TimeSource.system()))
            .outbox();

    private final TransactionTemplate transaction = new TransactionTemplate(this.access.transactionManager());

    @BeforeEach
    void createTable() {
        this.access.jdbc().execute("CREATE TABLE stock (id integer PRIMARY KEY)");
    }

    @Test
    void rowAndMessageAreOne() {
        this.transaction.executeWithoutResult((status) -> insertAndPublish(1));
        this.transaction.executeWithoutResult((status) -> {
            insertAndPublish(2);
            status.setRollbackOnly();
        });
        assertThatExceptionOfType(DataAccessException.class)
                .isThrownBy(() -> this.transaction.executeWithoutResult((status) -> {
                    this.outbox.publish(OutboxMessage.of("stock", "orders", 1).withKey("never"));
                    insertAndPublish(1);
                }));
        assertThat(rows()).containsExactly(1);
        assertThat(owed()).containsExactly("1");
    }

    @Test
    void savepointTakesRowAndMessageBack() {
        TransactionTemplate nested = new TransactionTemplate(this.access.transactionManager());
        nested.setPropagationBehavior(TransactionDefinition.PROPAGATION_NESTED);
        this.transaction.executeWithoutResult((status) -> {
            insertAndPublish(1);
            nested.executeWithoutResult((inner) -> {
                insertAndPublish(2);
                inner.setRollbackOnly();
            });
        });
        assertThat(rows()).containsExactly(1);
        assertThat(owed()).containsExactly("1");
    }

    private void insertAndPublish(int id) {
        this.jooq.insertInto(STOCK).columns(ID).values(id).execute();
        this.outbox.publish(OutboxMessage.of("stock", "orders", id).withKey(String.valueOf(id)));
    }

    private List<Integer> rows() {
        return this.jooq.select(ID).from(STOCK).fetch(ID);
    }

    private List<String> owed() {
        return Outboxes.store(this.access, Outboxes.spec(), () -> Outboxes.deadLetters(this.access, () -> null))
                .read(Outboxes.everything(100), Set.of())
                .stream()
                .map((message) -> String.valueOf(message.record().key()))
                .toList();
    }
}
