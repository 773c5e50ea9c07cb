package io.integrationkit.benchmarks.outbox;

import io.integrationkit.benchmarks.load.Kafka;
import io.integrationkit.context.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Reads up to 500 rows by id, hands them all to the producer, waits for all of them, deletes them, and looks again after
 * 10 ms where there was nothing. One instance; it knows no failures and no order beyond that of the producer.
 */
final class FloorRelay implements SmartLifecycle {

    private static final int BATCH = 500;

    private static final Duration POLL = Duration.ofMillis(10);

    /** With a parameter, so that it is a prepared statement, and payloads come as bytes and not as text. */
    private static final String READ = "SELECT id, msg_key, payload FROM outbox ORDER BY id LIMIT ?";

    private static final String DELETE = "DELETE FROM outbox WHERE id = ANY (?)";

    private final JdbcTemplate jdbc;

    private final Producer<byte[], byte[]> producer;

    private final String topic;

    private final TimeSource time;

    private volatile @Nullable Thread thread;

    FloorRelay(JdbcTemplate jdbc, Producer<byte[], byte[]> producer, String topic, TimeSource time) {
        this.jdbc = jdbc;
        this.producer = producer;
        this.topic = topic;
        this.time = time;
    }

    @Override
    public void start() {
        Thread started = new Thread(this::run, "floor-relay");
        this.thread = started;
        started.start();
    }

    @Override
    public void stop() {
        Thread running = this.thread;
        this.thread = null;
        if (running != null) {
            try {
                running.join();
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return this.thread != null;
    }

    private void run() {
        try {
            while (this.thread == Thread.currentThread()) {
                if (!relay()) {
                    this.time.sleep(POLL);
                }
            }
        } catch (InterruptedException | ExecutionException ex) {
            throw new IllegalStateException("The floor knows no failures", ex);
        }
    }

    private boolean relay() throws InterruptedException, ExecutionException {
        List<Row> rows = this.jdbc.query(
                READ, (row, index) -> new Row(row.getLong(1), row.getString(2), row.getBytes(3)), BATCH);
        List<Future<RecordMetadata>> sends = new ArrayList<>(rows.size());
        for (Row row : rows) {
            sends.add(this.producer.send(new ProducerRecord<>(this.topic, Kafka.bytes(row.key()), row.payload())));
        }
        this.producer.flush();
        for (Future<RecordMetadata> send : sends) {
            send.get();
        }
        if (!rows.isEmpty()) {
            this.jdbc.update(
                    DELETE,
                    (statement) -> statement.setArray(
                            1,
                            statement
                                    .getConnection()
                                    .createArrayOf(
                                            "int8", rows.stream().map(Row::id).toArray())));
        }
        return !rows.isEmpty();
    }

    private record Row(long id, String key, byte[] payload) {}
}
