package io.integrationkit.listener;

import io.integrationkit.call.Finding;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What keeps dead-letter topics from being read: said once when it begins, and a finding until it ends. */
final class ReaderTrouble {

    private static final Logger LOGGER = LoggerFactory.getLogger(DeadLetterReader.class);

    private final Map<String, Finding> lasting = new ConcurrentSkipListMap<>();

    /** Begins unless it lasts already; each key is the business of one thread at a time. */
    void begins(String key, Finding finding, @Nullable Throwable cause) {
        if (this.lasting.put(key, finding) == null) {
            LOGGER.warn("{}: {}: {}", finding.code(), finding.subject(), finding.message(), cause);
        }
    }

    void ends(String key) {
        Finding over = this.lasting.remove(key);
        if (over != null) {
            LOGGER.info("{}: {}: over", over.code(), over.subject());
        }
    }

    List<Finding> findings() {
        return List.copyOf(this.lasting.values());
    }
}
