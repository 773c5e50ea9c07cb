package io.integrationkit.sample.process.consumer;

import io.integrationkit.sample.process.ServiceProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** One of the applications of the group. */
final class ConsumerInstance implements AutoCloseable {

    private final String name;

    private final ServiceProcess process;

    private final AtWork atWork;

    ConsumerInstance(String name, Path directory, List<String> settings) throws IOException {
        this.name = name;
        Path page = directory.toAbsolutePath().resolve(name + ".page");
        this.atWork = AtWork.of(page);
        List<String> arguments = new ArrayList<>(settings);
        arguments.addAll(List.of("--consumer.instance=" + name, "--consumer.at-work=" + page));
        this.process = ServiceProcess.main(name, directory, ConsumerApplication.class, arguments);
    }

    /** In what it writes, and the beginning of the ids of its Kafka clients. */
    String name() {
        return this.name;
    }

    void start() {
        for (Style style : Style.values()) {
            this.atWork.set(style, false);
        }
        this.process.start();
    }

    /** To be killed, stopped and paused. */
    ServiceProcess process() {
        return this.process;
    }

    /** Whether its listener has an effect that is not committed; asked while it stands still, it stays true. */
    boolean atWork(Style style) {
        return this.atWork.get(style);
    }

    @Override
    public void close() {
        this.process.close();
    }
}
