package io.integrationkit.outbox;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a kind of store can tell an operator, and what it remembers of what an operator said. */
interface OutboxInspection {

    /** What is owed, by destination. */
    Map<String, OutboxBacklog> backlogs();

    List<OutboxStatus.Shard> shards();

    /** What the database itself does that slows the outbox down, told if it lasts longer than that. */
    List<OutboxDiagnosis> database(Duration patience);

    Set<String> paused();

    /** Returns whether it was not there before. */
    boolean addPause(String destination);

    /** Returns whether it was there. */
    boolean removePause(String destination);

    /** Returns whether there was a lease that had not ended. */
    boolean endLease(int shard);
}
