package io.integrationkit.sample.process.outbox;

import io.integrationkit.sample.process.DatabaseServer;
import io.integrationkit.sample.process.ServiceProcess;
import io.integrationkit.test.TcpFaultProxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * One of the applications, with a line of its own to the database. Each start is another owner of shards, whose name
 * begins with that of the start.
 */
final class LoadInstance implements AutoCloseable {

    private final String name;

    private final Path directory;

    private final TcpFaultProxy database;

    private final List<String> settings;

    private ServiceProcess process;

    private int starts;

    LoadInstance(String name, Path directory, DatabaseServer server, List<String> settings) {
        this.name = name;
        this.directory = directory;
        this.database = TcpFaultProxy.to("127.0.0.1", server.port());
        this.settings = new ArrayList<>(settings);
        this.settings.add("--spring.datasource.url=" + server.url(this.database.port()));
        this.settings.add("--spring.datasource.username=" + server.user());
        this.process = next();
    }

    private ServiceProcess next() {
        this.starts++;
        List<String> arguments = new ArrayList<>(this.settings);
        arguments.add("--load.instance=" + id());
        arguments.add("--integration.outbox.source=" + id());
        return ServiceProcess.main(id(), this.directory, LoadApplication.class, arguments);
    }

    /** Name of the last start, in what it publishes and as owner of shards. */
    String id() {
        return "%s-%d".formatted(this.name, this.starts);
    }

    TcpFaultProxy database() {
        return this.database;
    }

    void start() {
        this.process.start();
    }

    /** {@code kill -9}. */
    void kill() throws InterruptedException {
        this.process.kill();
    }

    /** {@code kill -9}, and a new start at once. */
    void killAndStart() throws InterruptedException {
        kill();
        this.process = next();
        start();
    }

    /** SIGTERM. */
    void stop() throws InterruptedException {
        this.process.stop();
    }

    /** SIGSTOP: it keeps its session with the database and its connections. */
    void pause() throws InterruptedException {
        this.process.pause();
    }

    /** SIGCONT. */
    void goOn() throws InterruptedException {
        this.process.goOn();
    }

    boolean alive() {
        return this.process.alive();
    }

    void requireAlive() {
        this.process.requireAlive();
    }

    @Override
    public void close() {
        this.process.close();
        this.database.close();
    }
}
