package io.integrationkit.benchmarks.load;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;

/** A Kafka broker that is its own controller, in a fresh directory; ends with its input. */
final class BrokerMain {

    private BrokerMain() {}

    /**
     * Starts the broker and does not return while it runs.
     *
     * @param args directory for its data, port of the broker, port of the controller
     * @throws IOException if the directory cannot be written
     */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        Path properties = directory.resolve("server.properties");
        Files.createDirectories(directory);
        Files.writeString(properties, """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$s
                controller.listener.names=CONTROLLER
                listeners=PLAINTEXT://127.0.0.1:%1$s,CONTROLLER://127.0.0.1:%2$s
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$s
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
                log.dirs=%3$s
                auto.create.topics.enable=false
                offsets.topic.replication.factor=1
                """.formatted(
                        args[1], args[2], directory.resolve("data").toString().replace('\\', '/')));
        StorageTool.execute(
                new String[] {"format", "-t", Uuid.randomUuid().toString(), "-c", properties.toString()}, System.out);
        Thread watch = new Thread(BrokerMain::endWithInput, "end-with-input");
        watch.setDaemon(true);
        watch.start();
        Kafka.main(new String[] {properties.toString()});
    }

    private static void endWithInput() {
        try {
            System.in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException ex) {
            System.err.println("The input broke: " + ex);
        }
        Runtime.getRuntime().halt(0);
    }
}
