package io.integrationkit.sample.process.consumer;

import io.integrationkit.context.TimeSource;
import io.integrationkit.sample.process.BrokerServer;
import io.integrationkit.sample.process.DatabaseProduct;
import io.integrationkit.sample.process.DatabaseServer;
import io.integrationkit.sample.process.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/** Database, broker and the instances of the groups as processes. Used by one thread. */
final class ConsumerCluster implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(4);

    /** As little as the broker allows here: who stands still is soon missed. */
    private static final String[] SETTINGS = {
        "--spring.kafka.consumer.auto-offset-reset=earliest",
        "--spring.kafka.consumer.value-deserializer=org.apache.kafka.common.serialization.ByteArrayDeserializer",
        "--spring.kafka.consumer.max-poll-records=20",
        "--spring.kafka.consumer.heartbeat-interval=500ms",
        "--spring.kafka.consumer.properties.session.timeout.ms=3000",
        "--spring.kafka.consumer.properties.max.poll.interval.ms=15000",
        "--integration.events.unknown-types=park"
    };

    private final Path directory;

    private final TimeSource time;

    private final Patience patience;

    private final BrokerServer broker;

    private final DatabaseServer database;

    private final EffectTable effects;

    private final Admin admin;

    private final List<ConsumerInstance> instances = new ArrayList<>();

    ConsumerCluster(DatabaseProduct product, Path directory, TimeSource time) throws Exception {
        this.directory = directory;
        this.time = time;
        this.patience = new Patience(time, PATIENCE);
        this.broker = new BrokerServer(directory, time);
        this.broker.start();
        this.database = DatabaseServer.start(product, directory, time);
        this.effects = new EffectTable(this.database);
        this.broker.awaitReady();
        this.broker.createTopics(Arrays.stream(Style.values()).map(Style::topic).toList(), EventPlan.PARTITIONS);
        this.admin = this.broker.admin();
    }

    /** Starts one more instance. */
    ConsumerInstance add(List<String> settings) throws Exception {
        List<String> all = new ArrayList<>(List.of(SETTINGS));
        all.add("--spring.kafka.bootstrap-servers=" + this.broker.address());
        all.add("--spring.datasource.url=" + this.database.url(this.database.port()));
        all.add("--spring.datasource.username=" + this.database.user());
        all.addAll(settings);
        ConsumerInstance instance = new ConsumerInstance("app" + (this.instances.size() + 1), this.directory, all);
        this.instances.add(instance);
        instance.start();
        return instance;
    }

    List<ConsumerInstance> instances() {
        return this.instances;
    }

    String brokerAddress() {
        return this.broker.address();
    }

    EffectTable effects() {
        return this.effects;
    }

    /** Waits until each handler of each instance has had an effect from now on. */
    void awaitAllAtWork() throws InterruptedException {
        long last = this.effects.last();
        int handlers = Arrays.stream(Style.values())
                .mapToInt((style) -> style.handlers().size())
                .sum();
        for (ConsumerInstance instance : this.instances) {
            await(
                    () -> "Of %s only these are at work: %s"
                            .formatted(instance.name(), this.effects.handlersOf(instance.name(), last)),
                    () -> {
                        instance.process().requireAlive();
                        return this.effects.handlersOf(instance.name(), last).size() == handlers;
                    });
        }
    }

    /** Waits until an instance has no partition of any group any more. */
    void awaitWithout(ConsumerInstance instance) throws InterruptedException {
        for (Style style : Style.values()) {
            await(
                    () -> "%s is still a member of group %s".formatted(instance.name(), style.topic()),
                    () -> clients(style).stream().noneMatch((client) -> client.startsWith(instance.name() + "-")));
        }
    }

    private List<String> clients(Style style) {
        return asked(() -> this.admin
                        .describeConsumerGroups(List.of(style.topic()))
                        .describedGroups()
                        .get(style.topic())
                        .get()
                        .members())
                .stream()
                .map((member) -> member.clientId())
                .toList();
    }

    /** Waits until all that was sent is committed. */
    void awaitConsumed(EventPlan plan) throws InterruptedException {
        for (Style style : Style.values()) {
            await(() -> "Not consumed: " + lag(style, plan), () -> {
                this.instances.forEach((instance) -> instance.process().requireAlive());
                return lag(style, plan).isEmpty();
            });
        }
    }

    /** Partitions whose committed offset is not their end. */
    List<String> lag(Style style, EventPlan plan) {
        Map<TopicPartition, OffsetAndMetadata> committed = asked(() -> this.admin
                .listConsumerGroupOffsets(style.topic())
                .partitionsToOffsetAndMetadata()
                .get());
        List<String> behind = new ArrayList<>();
        for (int partition = 0; partition < EventPlan.PARTITIONS; partition++) {
            TopicPartition asked = new TopicPartition(style.topic(), partition);
            OffsetAndMetadata offset = committed.get(asked);
            long reached = (offset != null) ? offset.offset() : 0;
            if (reached != plan.end(partition)) {
                behind.add("%s: %d of %d".formatted(asked, reached, plan.end(partition)));
            }
        }
        return behind;
    }

    private static <T> T asked(Question<T> question) {
        try {
            return question.ask();
        } catch (ExecutionException ex) {
            throw new IllegalStateException("The broker does not answer", ex);
        } catch (InterruptedException ex) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while the broker is asked", ex);
        }
    }

    private void await(Supplier<String> complaint, BooleanSupplier condition) throws InterruptedException {
        this.patience.await(complaint, condition);
    }

    void sleep(Duration duration) throws InterruptedException {
        this.time.sleep(duration);
    }

    @Override
    public void close() throws Exception {
        this.instances.forEach(ConsumerInstance::close);
        this.admin.close();
        this.effects.close();
        this.broker.close();
        this.database.close();
    }

    @FunctionalInterface
    private interface Question<T> {

        T ask() throws ExecutionException, InterruptedException;
    }
}
