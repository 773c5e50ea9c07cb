package io.integrationkit.sample.process.consumer;

/** Records that can never be handled. */
enum Poison {
    /** An event that its handler refuses for good. */
    REFUSED,

    /** An event whose bytes cannot be read. */
    GARBLED,

    /** Bytes without the headers of an event. */
    NO_EVENT
}
