package io.integrationkit.deadletter;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/** Hands out a selection page by page, so that memory is needed for one page only. */
final class DeadLetterExport {

    static final int PAGE = 500;

    /** Of its own: an export is read by other programs, and must not change with the application's settings. */
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .changeDefaultPropertyInclusion(
                    (any) -> JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private final DeadLetterStore store;

    DeadLetterExport(DeadLetterStore store) {
        this.store = store;
    }

    long run(DeadLetterFilter filter, Consumer<DeadLetter> to) {
        long exported = 0;
        long position = 0;
        List<DeadLetter> page;
        do {
            page = this.store.list(filter, position, PAGE);
            for (DeadLetter entry : page) {
                to.accept(entry);
                position = entry.position();
                exported++;
            }
        } while (page.size() == PAGE);
        return exported;
    }

    static Consumer<DeadLetter> lines(OutputStream to) {
        return (entry) -> {
            byte[] line = MAPPER.writeValueAsBytes(entry);
            try {
                to.write(line);
                to.write('\n');
            } catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        };
    }
}
