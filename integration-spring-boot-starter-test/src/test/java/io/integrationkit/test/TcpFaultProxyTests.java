package io.integrationkit.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.integrationkit.context.TimeSource;
import io.integrationkit.test.TcpFaultProxy.Direction;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 2, unit = TimeUnit.MINUTES)
class TcpFaultProxyTests {

    /** Long enough to see that nothing comes, however fast the machine; no test waits for it where something must come. */
    private static final int SILENCE_MILLIS = 200;

    private final TimeSource time = TimeSource.system();

    private final BlockingQueue<Socket> accepted = new LinkedBlockingQueue<>();

    private ServerSocket server;

    private TcpFaultProxy proxy;

    private int connected;

    @BeforeEach
    void start() throws IOException {
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.proxy = TcpFaultProxy.to("127.0.0.1", this.server.getLocalPort());
        Thread acceptor = new Thread(this::accept);
        acceptor.setDaemon(true);
        acceptor.start();
    }

    private void accept() {
        try {
            while (true) {
                this.accepted.add(this.server.accept());
            }
        } catch (IOException ex) {
            return;
        }
    }

    @AfterEach
    void stop() throws IOException {
        this.proxy.close();
        this.server.close();
    }

    @Test
    void carriesBothWaysAndCounts() throws Exception {
        try (Socket client = client();
                Socket target = target()) {
            say(client, "question");
            assertThat(hear(target, 8)).isEqualTo("question");
            say(target, "yes");
            assertThat(hear(client, 3)).isEqualTo("yes");
            await(() -> this.proxy.counts().bytesToClient() == 3);
            TcpFaultProxy.Counts counts = this.proxy.counts();
            assertThat(counts.accepted()).isEqualTo(1);
            assertThat(counts.refused()).isZero();
            assertThat(counts.open()).isEqualTo(1);
            assertThat(counts.bytesToTarget()).isEqualTo(8);
        }
    }

    @Test
    void eachSideMayStillSpeakWhenTheOtherHasEnded() throws Exception {
        try (Socket client = client();
                Socket target = target()) {
            say(client, "last");
            client.shutdownOutput();
            assertThat(hear(target, 4)).isEqualTo("last");
            assertThat(target.getInputStream().read()).isEqualTo(-1);
            say(target, "answer");
            target.close();
            assertThat(hear(client, 6)).isEqualTo("answer");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            await(() -> this.proxy.counts().open() == 0);
        }
    }

    @Test
    void carriesMuchDataUnchanged() throws Exception {
        byte[] sent = new byte[3_000_000];
        for (int i = 0; i < sent.length; i++) {
            sent[i] = (byte) (i * 31 + i / 251);
        }
        this.proxy.delay(Direction.TO_TARGET, Duration.ofMillis(1));
        try (Socket client = client();
                Socket target = target()) {
            Thread speaker = new Thread(() -> sayQuietly(client, sent));
            speaker.start();
            assertThat(target.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
            speaker.join();
        }
    }

    @Test
    void cutLineLosesAllConnectionsAndTakesNoneUntilItIsHealed() throws Exception {
        try (Socket client = client();
                Socket target = target()) {
            this.proxy.cut();
            assertLost(client);
            assertLost(target);
        }
        assertNoAnswer();
        assertThat(this.proxy.counts().refused()).isEqualTo(1);
        this.proxy.heal();
        assertCarries();
    }

    @Test
    void resetLosesTheOpenConnectionsOnly() throws Exception {
        try (Socket client = client();
                Socket target = target()) {
            this.proxy.reset();
            assertLost(client);
            assertLost(target);
        }
        assertCarries();
        assertThat(this.proxy.counts().refused()).isZero();
    }

    @Test
    void stalledDirectionCarriesNothingTheOtherDoesAndAllArrivesWhenHealed() throws Exception {
        try (Socket client = client();
                Socket target = target()) {
            this.proxy.stall(Direction.TO_CLIENT);
            say(client, "question");
            assertThat(hear(target, 8)).isEqualTo("question");
            say(target, "answer");
            assertSilent(client);
            assertThat(this.proxy.counts().bytesToClient()).isZero();
            this.proxy.heal();
            assertThat(hear(client, 6)).isEqualTo("answer");
        }
    }

    @Test
    void stalledLineTakesNewConnectionsAndHidesTheEndOfOldOnes() throws Exception {
        try (Socket client = client();
                Socket target = target()) {
            this.proxy.stall(Direction.TO_TARGET);
            client.close();
            assertSilent(target);
            try (Socket late = client();
                    Socket lateTarget = target()) {
                say(late, "late");
                assertSilent(lateTarget);
                this.proxy.heal();
                assertThat(hear(lateTarget, 4)).isEqualTo("late");
            }
            assertThat(target.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void delayedDirectionIsLaterByTheDelayAndNotOnceForEachPiece() throws Exception {
        Duration delay = Duration.ofMillis(300);
        try (Socket client = client();
                Socket target = target()) {
            this.proxy.delay(Direction.TO_TARGET, delay);
            long begun = this.time.nanoTime();
            say(client, "1");
            say(client, "2");
            say(client, "3");
            assertThat(hear(target, 3)).isEqualTo("123");
            assertThat(this.time.nanoTime() - begun).isGreaterThanOrEqualTo(delay.toNanos());
            this.proxy.heal();
            say(target, "back");
            assertThat(hear(client, 4)).isEqualTo("back");
        }
    }

    @Test
    void throttledDirectionTakesItsTime() throws Exception {
        try (Socket client = client();
                Socket target = target()) {
            this.proxy.throttle(Direction.TO_TARGET, 10_000);
            long begun = this.time.nanoTime();
            say(client, "x".repeat(4_000));
            assertThat(hear(target, 4_000)).hasSize(4_000);
            // The last slice does not wait for itself.
            assertThat(Duration.ofNanos(this.time.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(300));
        }
    }

    @Test
    void halfOpenConnectionSwallowsWhatTheClientSaysAndNeverAnswers() throws Exception {
        try (Socket client = client();
                Socket target = target()) {
            this.proxy.halfOpen();
            assertLost(target);
            say(client, "hello?");
            assertSilent(client);
            say(client, "anybody?");
            assertSilent(client);
            assertThat(this.proxy.counts().bytesToTarget()).isZero();
        }
        await(() -> this.proxy.counts().open() == 0);
        assertCarries();
    }

    @Test
    void targetThatIsNotThereResetsTheClient() throws Exception {
        this.server.close();
        assertNoAnswer();
        assertThat(this.proxy.counts().refused()).isEqualTo(1);
    }

    @Test
    void closedProxyLosesAllConnectionsAndGivesThePortBack() throws Exception {
        try (Socket client = client();
                Socket target = target()) {
            this.proxy.close();
            this.proxy.close();
            assertLost(client);
            assertLost(target);
            new ServerSocket(this.proxy.port(), 1, InetAddress.getLoopbackAddress()).close();
        }
    }

    @Test
    void valuesThatMeanNothingAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> this.proxy.throttle(Direction.TO_CLIENT, 0))
                .withMessageContaining("bytesPerSecond");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> this.proxy.delay(Direction.TO_CLIENT, Duration.ofMillis(-1)))
                .withMessageContaining("delay");
    }

    private Socket client() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), this.proxy.port());
    }

    private Socket target() throws InterruptedException {
        Socket socket = this.accepted.poll(1, TimeUnit.MINUTES);
        assertThat(socket).as("the target's side").isNotNull();
        this.connected++;
        await(() -> this.proxy.counts().accepted() == this.connected);
        return socket;
    }

    private void assertCarries() throws Exception {
        try (Socket client = client();
                Socket target = target()) {
            say(client, "again");
            assertThat(hear(target, 5)).isEqualTo("again");
        }
    }

    private void assertNoAnswer() {
        assertThatIOException().isThrownBy(() -> {
            try (Socket client = client()) {
                assertThat(client.getInputStream().read()).isEqualTo(-1);
                throw new IOException("Ended at once");
            }
        });
    }

    private static void assertLost(Socket socket) {
        assertThatIOException()
                .isThrownBy(() -> {
                    socket.setSoTimeout(60_000);
                    assertThat(socket.getInputStream().read()).isEqualTo(-1);
                    throw new IOException("Ended");
                })
                .isNotInstanceOf(SocketTimeoutException.class);
    }

    private static void assertSilent(Socket socket) throws IOException {
        socket.setSoTimeout(SILENCE_MILLIS);
        assertThatExceptionOfType(SocketTimeoutException.class)
                .isThrownBy(() -> socket.getInputStream().read());
        socket.setSoTimeout(0);
    }

    private static void say(Socket socket, String words) throws IOException {
        socket.getOutputStream().write(words.getBytes(StandardCharsets.US_ASCII));
    }

    private static void sayQuietly(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException ex) {
            return;
        }
    }

    private static String hear(Socket socket, int count) throws IOException {
        return new String(socket.getInputStream().readNBytes(count), StandardCharsets.US_ASCII);
    }

    private void await(Condition condition) throws InterruptedException {
        long giveUpAt = this.time.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (!condition.holds()) {
            assertThat(this.time.nanoTime()).isLessThan(giveUpAt);
            this.time.sleep(Duration.ofMillis(5));
        }
    }

    @FunctionalInterface
    private interface Condition {

        boolean holds();
    }
}
