package io.integrationkit.outbox;

import io.integrationkit.context.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which rows a batch held, as it is noted in the transaction of the batch. A row is known by its id and its message: a
 * database that was set back gives ids out again, and what has them then was never sent.
 *
 * @param messages digest of the message's id by id of the row
 */
record BatchProgress(Map<Long, String> messages) {

    /** Nothing was sent yet. */
    static final BatchProgress NONE = new BatchProgress(Map.of());

    private static final String VERSION = "1";

    private static final int DIGITS = 12;

    BatchProgress {
        messages = Collections.unmodifiableMap(new TreeMap<>(messages));
    }

    static BatchProgress of(List<StoredMessage> batch) {
        Map<Long, String> messages = new TreeMap<>();
        for (StoredMessage message : batch) {
            messages.put(message.row().id(), digest(message.record().messageId()));
        }
        return new BatchProgress(messages);
    }

    private static String digest(String messageId) {
        return Sha256.hex(messageId).substring(0, DIGITS);
    }

    /** The rows that still hold what was sent. */
    List<StoredMessage.Row> sentOf(int shard, Map<Long, String> messageIds) {
        List<StoredMessage.Row> sent = new ArrayList<>();
        this.messages.forEach((id, digest) -> {
            String messageId = messageIds.get(id);
            if (messageId != null && digest.equals(digest(messageId))) {
                sent.add(new StoredMessage.Row(shard, id));
            }
        });
        return sent;
    }

    /** Ids as differences, since they are near each other. */
    byte[] encode() {
        StringBuilder text = new StringBuilder(VERSION);
        long before = 0;
        for (Map.Entry<Long, String> message : this.messages.entrySet()) {
            text.append(' ').append(message.getKey() - before).append(':').append(message.getValue());
            before = message.getKey();
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    static BatchProgress decode(byte[] encoded) {
        String[] words = new String(encoded, StandardCharsets.US_ASCII).split(" ", -1);
        if (!words[0].equals(VERSION)) {
            throw new IllegalStateException(
                    "The progress of the outbox was written by a later version; let one of that version send");
        }
        Map<Long, String> messages = new TreeMap<>();
        long id = 0;
        for (int i = 1; i < words.length; i++) {
            int colon = words[i].indexOf(':');
            id += Long.parseLong(words[i].substring(0, colon));
            messages.put(id, words[i].substring(colon + 1));
        }
        return new BatchProgress(messages);
    }
}
