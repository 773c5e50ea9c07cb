package io.integrationkit.failure;

/**
 * Catalogue of the problems the kit can name. One code is shared by exception, finding, log line, endpoint and runbook;
 * a code never changes its meaning and is never used again.
 */
public enum ProblemCode {
    METHOD_NOT_PROXYABLE("INT-101", "An annotated method cannot be intercepted"),
    BEAN_NOT_PROXIED("INT-102", "A bean with annotated methods was not intercepted"),
    ADVICE_ORDER("INT-103", "The transaction advice is not between our outer and inner advice"),
    RETRY_WITHOUT_IDEMPOTENCY("INT-104", "An operation is retried although it may do its work twice"),
    DUPLICATE_OPERATION("INT-105", "Two operations have the same name"),
    INVALID_SETTING("INT-106", "A setting has a value that cannot work"),
    INVALID_EXPRESSION("INT-107", "A key expression is wrong"),
    DUPLICATE_RESULT_UNDEFINED("INT-108", "A duplicate would have no value to return"),
    ARGUMENTS_NOT_SERIALIZABLE("INT-109", "The arguments of a call cannot be stored or read again"),
    STATE_IN_MEMORY("INT-110", "State is kept in memory and lost at restart"),
    SINGLE_ATTEMPT_IN_TRANSACTION("INT-111", "A call inside a transaction has one attempt only"),
    DEFAULT_POLICY("INT-112", "A policy is named but not configured"),
    UNSUPPORTED_DATABASE("INT-113", "The database is not supported"),
    UNKNOWN_PROPERTY("INT-114", "A property is unknown"),
    LISTENER_ERROR_HANDLER("INT-115", "A listener keeps its own error handling"),
    FALLBACK_NOT_FOUND("INT-117", "A fallback, compensation or result predicate does not fit its operation"),
    DEADLINE_TOO_SHORT("INT-118", "The deadline is too short for the attempts"),
    RESILIENCE4J_SETTINGS("INT-119", "There are settings of Resilience4j, which are not read"),
    POLICY_UNKNOWN("INT-120", "There is no policy of this name"),
    SETTING_WITHOUT_EFFECT("INT-121", "A setting has no effect beside another"),
    LIMITER_WITHOUT_STORE("INT-116", "A rate limit is to be shared, but there is no store to share it by"),
    SELF_INVOCATION("INT-122", "An annotated method is called beside its proxy"),
    TWO_RETRIES("INT-124", "Two features retry the same call, so that attempts multiply"),
    READ_TIMEOUT_MISSING("INT-123", "No read time-out bounds the attempts of an operation"),

    CIRCUIT_OPEN("INT-201", "The circuit breaker is open"),
    DEADLINE_EXPIRED("INT-202", "The deadline of the call is over"),
    CALL_DEAD_LETTERED("INT-203", "The call was given up and stored as a dead letter"),
    RATE_LIMITED("INT-204", "The rate limit of the policy is reached"),
    BULKHEAD_FULL("INT-205", "As many calls of the policy run as its bulkhead allows"),
    ATTEMPT_TIMEOUT("INT-206", "The time of an attempt is over"),
    LIMITER_STORE_UNAVAILABLE("INT-209", "The store of shared rate limits does not answer"),

    OUTBOX_NO_TRANSACTION("INT-301", "A message was published without a transaction"),
    OUTBOX_READ_ONLY("INT-302", "A message was published in a read-only transaction"),
    OUTBOX_FOREIGN_TRANSACTION("INT-303", "A message was published under another transaction manager"),
    OUTBOX_TRANSACTION_OVER("INT-304", "A message was published when the transaction was already over"),
    MESSAGE_TOO_LARGE("INT-305", "A message is larger than its destination takes"),
    OUTBOX_BUFFER_LEFT("INT-306", "Messages were left unwritten when a transaction ended"),
    MESSAGE_NOT_SERIALIZABLE("INT-307", "A message cannot be serialised"),
    DESTINATION_UNKNOWN("INT-308", "A message has no destination that could be reached"),
    OUTBOX_SHARD_MISMATCH("INT-309", "The outbox table was made with another number of shards"),
    EVENT_TYPE_MISSING("INT-310", "A class is not an event type"),
    EVENT_TYPE_CONFLICT("INT-311", "Two classes claim the same event type"),
    DESTINATION_UNAVAILABLE("INT-312", "A destination cannot be reached"),
    OUTBOX_LEASE_TIMES("INT-313", "The lease is too short for the time a send may take"),
    EVENT_VERSIONS_INVALID("INT-314", "What leads from one version of an event type to another does not fit together"),
    EVENT_VERSION_PARKED("INT-315", "An event is newer than this application and was parked"),
    EVENT_VERSION_AWAITED("INT-316", "An event waits for an application that knows its version"),
    EVENT_VERSION_UNREADABLE("INT-317", "An event has a type or version that nothing here reads"),
    EVENT_CONVERSION_FAILED("INT-318", "The payload of an event cannot be made another version"),
    EVENT_MALFORMED("INT-319", "A message is no usable event"),
    EVENT_HANDLER_MISSING("INT-320", "An event has no handler here"),
    OUTBOX_OLD_TRANSACTION("INT-341", "A transaction is open for so long that deleted messages slow the outbox down"),
    OUTBOX_DEAD_ROWS("INT-342", "The outbox table has more dead rows than live ones"),
    OUTBOX_NOT_SENDING("INT-343", "Nobody sends what the outbox owes"),
    OUTBOX_PAUSED("INT-344", "An operator has paused a destination"),
    OUTBOX_KEYS_BLOCKED("INT-345", "Keys wait behind a refused message until an operator decides"),
    OUTBOX_KEYS_PARKED("INT-346", "Messages of keys become dead letters behind a refused one"),
    OUTBOX_BACKLOG("INT-330", "The outbox owes more than its backpressure allows"),
    DUAL_WRITE("INT-331", "A message is sent beside the outbox in a transaction"),
    OUTBOX_KEY_PARKED("INT-321", "A message waits behind an earlier one of its key that was refused"),
    OUTBOX_KEY_BLOCKED("INT-322", "A message that blocked its key was taken out of the way"),
    OUTBOX_REPLAY_ORDER("INT-323", "A parked message cannot be replayed before an earlier one of its key"),
    EVENT_HANDLER_INVALID("INT-332", "A method cannot be an event handler"),
    OUTBOX_PROGRESS_TOPIC("INT-333", "The topic in which outbox transactions note their progress is missing or unfit"),
    OUTBOX_TRANSACTIONS_TOO_OLD("INT-334", "The brokers' transactions are too old for the outbox"),
    OUTBOX_SEND_MODE("INT-335", "A send mode of the outbox does not fit its destination or its database"),
    OUTBOX_FOREIGN_PROGRESS("INT-336", "The progress topic of the outbox holds the progress of another table"),

    DEAD_LETTER_TOPIC_PRODUCER("INT-350", "Records are to be sent to dead-letter topics, and nothing can send them"),
    DEAD_LETTER_TOPIC_UNAVAILABLE("INT-351", "A record could not be sent to its dead-letter topic"),
    LISTENER_TOO_LONG("INT-352", "A call of a listener may take longer than its consumer may stay away from the poll"),
    DEAD_LETTER_TOPIC_UNREADABLE("INT-353", "A dead-letter topic cannot be read"),
    DEAD_LETTER_TOPIC_NOT_STORED("INT-354", "A record of a dead-letter topic cannot be stored"),

    KEY_MISSING("INT-401", "An idempotency key is missing"),
    KEY_REUSED("INT-402", "An idempotency key was used again with other arguments"),
    KEY_IN_PROGRESS("INT-403", "A call with the same key is in progress"),
    FENCE_LOST("INT-404", "The claim of a key was taken over while its holder was still working"),
    STORE_FULL("INT-405", "A store in memory is full"),
    RESULT_NOT_SERIALIZABLE("INT-406", "A result cannot be stored or read again"),
    OUTCOME_UNKNOWN("INT-407", "A call with the same key began before and never told how it ended"),
    CALLER_UNKNOWN("INT-408", "Nobody is authenticated to whom an idempotency key could belong"),
    KEY_STORE_UNAVAILABLE("INT-409", "The store of idempotency keys does not answer"),
    KEY_STORE_EVICTS("INT-410", "The store of idempotency keys may forget them before their time"),
    LEASE_IN_TRANSACTION("INT-411", "A key is claimed with a lease while a transaction holds a connection"),
    TRANSACTION_MISSING("INT-412", "A key that lives in a transaction was claimed without one"),
    KEY_MALFORMED("INT-413", "An idempotency key does not have the form of one"),

    MESSAGE_ID_MISSING("INT-501", "A message has no id to recognise it by"),
    DUPLICATE_MESSAGE("INT-502", "A message was already handled"),
    MESSAGE_IN_FLIGHT("INT-503", "The same message is being handled right now"),
    BATCH_NOT_FILTERABLE("INT-504", "Duplicates cannot be left out of the batch of a method"),
    INBOX_UNAVAILABLE("INT-505", "The inbox in Redis does not answer"),
    INBOX_EVICTS("INT-506", "The inbox in Redis may forget messages before their time"),
    INBOX_LEASE_LOST("INT-507", "A message was let in again while its first handler was still working"),
    INBOX_FORGETS_FIRST("INT-508", "A topic keeps records longer than the inbox remembers them"),

    DEAD_LETTER_NOT_FOUND("INT-601", "There is no such dead letter"),
    DEAD_LETTER_NOT_REPLAYABLE("INT-602", "A dead letter cannot be replayed in its state"),
    OPERATION_UNKNOWN("INT-603", "There is no operation of this name"),
    DEAD_LETTER_TOO_LARGE("INT-606", "A dead letter is larger than the store takes"),
    DEAD_LETTER_REVEAL_FORBIDDEN("INT-608", "What is masked of dead letters may not be revealed here"),
    DEAD_LETTER_CIPHER("INT-609", "The content of a dead letter cannot be encrypted or decrypted"),
    REPLAY_JOB_INVALID("INT-610", "A replay job cannot run as it was asked for"),
    REPLAY_JOBS_FULL("INT-611", "As many replay jobs wait as may");

    private final String id;

    private final String title;

    ProblemCode(String id, String title) {
        this.id = id;
        this.title = title;
    }

    /**
     * Returns the code that users search for.
     *
     * @return the code, such as {@code INT-104}
     */
    public String id() {
        return this.id;
    }

    /**
     * Returns what the problem is, in one sentence.
     *
     * @return the title
     */
    public String title() {
        return this.title;
    }

    @Override
    public String toString() {
        return this.id;
    }
}
