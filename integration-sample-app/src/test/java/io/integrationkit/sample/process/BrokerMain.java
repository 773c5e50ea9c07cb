package io.integrationkit.sample.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/**
 * A Kafka broker that is also its own controller; formats its directory when it starts for the first time. It can have a
 * second listener for clients that come through a proxy, to whom it tells the proxy's port.
 */
public final class BrokerMain {

    private BrokerMain() {}

    /**
     * Starts the broker and does not return while it runs.
     *
     * @param args directory for its data, port of the broker, port of the controller; and if there is a proxy, the port
     *     it connects to and its own
     */
    public static void main(String[] args) {
        Path directory = Path.of(args[0]);
        Path properties = directory.resolve("server.properties");
        if (!Files.exists(properties)) {
            write(directory, properties, args);
            StorageTool.execute(
                    new String[] {
                        "format", "-t", Uuid.randomUuid().toString(), "-c", properties.toString(), "--ignore-formatted"
                    },
                    System.out);
        }
        Kafka.main(new String[] {properties.toString()});
    }

    private static void write(Path directory, Path properties, String[] args) {
        boolean proxied = args.length > 3;
        try {
            Files.createDirectories(directory);
            Files.writeString(properties, """
                    process.roles=broker,controller
                    node.id=1
                    controller.quorum.voters=1@127.0.0.1:%2$s
                    controller.listener.names=CONTROLLER
                    inter.broker.listener.name=PLAINTEXT
                    listeners=PLAINTEXT://127.0.0.1:%1$s,CONTROLLER://127.0.0.1:%2$s%4$s
                    advertised.listeners=PLAINTEXT://127.0.0.1:%1$s%5$s
                    listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT
                    log.dirs=%3$s
                    offsets.topic.num.partitions=4
                    offsets.topic.replication.factor=1
                    transaction.state.log.replication.factor=1
                    transaction.state.log.min.isr=1
                    transaction.state.log.num.partitions=4
                    group.initial.rebalance.delay.ms=0
                    group.min.session.timeout.ms=1000
                    broker.session.timeout.ms=3000
                    broker.heartbeat.interval.ms=500
                    """.formatted(
                            args[1],
                            args[2],
                            directory.resolve("data").toString().replace('\\', '/'),
                            proxied ? ",PROXIED://127.0.0.1:" + args[3] : "",
                            proxied ? ",PROXIED://127.0.0.1:" + args[4] : ""));
        } catch (IOException ex) {
            throw new UncheckedIOException("Cannot write " + properties, ex);
        }
    }
}
