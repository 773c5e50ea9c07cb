package io.integrationkit.sample.process.consumer;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Says which listeners of a process have an effect that is not committed: a page of memory that others see too, also while
 * the process stands still. Each style has a byte; with several threads a style it says what the last of them did.
 */
final class AtWork {

    private final MappedByteBuffer page;

    private AtWork(MappedByteBuffer page) {
        this.page = page;
    }

    static AtWork of(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new AtWork(channel.map(FileChannel.MapMode.READ_WRITE, 0, Style.values().length));
        }
    }

    void set(Style style, boolean atWork) {
        this.page.put(style.ordinal(), (byte) (atWork ? 1 : 0));
    }

    boolean get(Style style) {
        return this.page.get(style.ordinal()) != 0;
    }
}
