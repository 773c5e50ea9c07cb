package io.integrationkit.actuate;

import io.integrationkit.deadletter.DeadLetterFilter;
import io.integrationkit.deadletter.DeadLetters;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.util.MimeType;

/**
 * An export on its way to an operator: written to a file first, since who reads slowly would hold a connection of the
 * database meanwhile, and deleted once it was read.
 */
final class DeadLetterExportFile extends FileSystemResource {

    private static final Logger logger = LoggerFactory.getLogger(DeadLetterExportFile.class);

    private static final MimeType LINES_OF_JSON = new MimeType("application", "x-ndjson");

    private final Path path;

    private DeadLetterExportFile(Path path) {
        super(path);
        this.path = path;
    }

    static WebEndpointResponse<Resource> of(DeadLetters deadLetters, DeadLetterFilter filter) {
        Path path = null;
        try {
            path = Files.createTempFile("dead-letters", ".ndjson");
            try (OutputStream to = Files.newOutputStream(path)) {
                deadLetters.export(filter, to);
            }
            return new WebEndpointResponse<>(
                    new DeadLetterExportFile(path), WebEndpointResponse.STATUS_OK, LINES_OF_JSON);
        } catch (IOException ex) {
            delete(path);
            throw new UncheckedIOException("The export of dead letters could not be written", ex);
        } catch (RuntimeException ex) {
            delete(path);
            throw ex;
        }
    }

    private static void delete(@Nullable Path path) {
        if (path == null) {
            return;
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException ex) {
            logger.warn("The file {} of an export of dead letters could not be deleted", path, ex);
        }
    }

    /** So that it is read by {@link #getInputStream()}, whose end deletes it. */
    @Override
    public boolean isFile() {
        return false;
    }

    @Override
    public ReadableByteChannel readableChannel() throws IOException {
        return Channels.newChannel(getInputStream());
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new FilterInputStream(super.getInputStream()) {
            @Override
            public void close() throws IOException {
                try {
                    super.close();
                } finally {
                    delete(DeadLetterExportFile.this.path);
                }
            }
        };
    }
}
