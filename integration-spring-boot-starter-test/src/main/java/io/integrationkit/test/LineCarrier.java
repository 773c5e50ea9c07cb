package io.integrationkit.test;

import io.integrationkit.context.TimeSource;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * Carries one direction of a connection to its end of stream. Each piece is written when it is due: read at + delay, and
 * not before the line has carried the pieces before it. So that a delay holds up nothing but itself, reading goes on
 * while pieces wait, up to a limit that a slow reader would find in a real network too.
 */
final class LineCarrier {

    private static final int PIECE = 16 * 1024;

    private static final int MOST_PIECES = 64;

    /** How long a read may last while a piece waits, so that a line that was healed is soon as fast as it can be. */
    private static final long LONGEST_READ = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long LONGEST_WAIT = TimeUnit.MILLISECONDS.toNanos(50);

    private final TimeSource time = TimeSource.system();

    private final Socket from;

    private final Socket to;

    private final LineState line;

    private final BooleanSupplier over;

    private final Deque<Piece> waiting = new ArrayDeque<>();

    private boolean ended;

    private long lineFreeAt;

    LineCarrier(Socket from, Socket to, LineState line, BooleanSupplier over) {
        this.from = from;
        this.to = to;
        this.line = line;
        this.over = over;
        this.lineFreeAt = this.time.nanoTime();
    }

    /** Returns when the end of the stream was read and all before it is written. */
    void run() throws IOException, InterruptedException {
        while (!this.ended || !this.waiting.isEmpty()) {
            if (this.over.getAsBoolean()) {
                throw new IOException("The connection is over");
            }
            Piece next = this.waiting.peek();
            if (next == null) {
                read(0);
            } else {
                advance(next);
            }
        }
        while (this.line.stalled() && !this.over.getAsBoolean()) {
            this.line.await(LONGEST_WAIT);
        }
    }

    private void advance(Piece next) throws IOException, InterruptedException {
        long now = this.time.nanoTime();
        long due = Math.max(next.readAt() + this.line.delayNanos() - now, this.lineFreeAt - now);
        if (!this.line.stalled() && due <= 0) {
            write(this.waiting.remove(), now);
        } else if (this.line.stalled() || this.ended || this.waiting.size() >= MOST_PIECES) {
            this.line.await(this.line.stalled() ? LONGEST_WAIT : Math.min(due, LONGEST_WAIT));
        } else {
            read(Math.min(due, LONGEST_READ));
        }
    }

    /** Waits for a piece, for ever with 0. */
    private void read(long nanos) throws IOException {
        this.from.setSoTimeout((nanos == 0) ? 0 : (int) Math.max(1, TimeUnit.NANOSECONDS.toMillis(nanos)));
        byte[] buffer = new byte[PIECE];
        try {
            int count = this.from.getInputStream().read(buffer);
            if (count < 0) {
                this.ended = true;
            } else {
                this.waiting.add(new Piece(Arrays.copyOf(buffer, count), this.time.nanoTime()));
            }
        } catch (SocketTimeoutException ex) {
            // Nothing came; what waits may be due now.
            return;
        }
    }

    private void write(Piece piece, long now) throws IOException {
        byte[] bytes = piece.bytes();
        int count = this.line.slice(bytes.length);
        this.to.getOutputStream().write(bytes, 0, count);
        this.line.carried(count);
        this.lineFreeAt = now + this.line.nanosFor(count);
        if (count < bytes.length) {
            this.waiting.addFirst(new Piece(Arrays.copyOfRange(bytes, count, bytes.length), piece.readAt()));
        }
    }

    /**
     * What was read at once.
     *
     * @param readAt when, monotonic
     */
    private record Piece(byte[] bytes, long readAt) {}
}
