package io.integrationkit.sample.process.repair;

/** The ways on which an order has its effects, and may become a dead letter. */
enum Way {
    /** A call of an operation, which is given up. */
    CALL,
    /** A message of the outbox to a handler in the same process, which refuses it: the key is parked. */
    MESSAGE,
    /** A record of a topic, which its listener cannot handle. */
    RECORD
}
