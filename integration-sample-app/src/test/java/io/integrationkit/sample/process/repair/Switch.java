package io.integrationkit.sample.process.repair;

/** What the test tells all processes, by a row each. */
enum Switch {
    /** What each third order needs does not work. */
    DOWN,
    /** Orders come. */
    TRAFFIC,
    /** Operators repair. */
    OPERATORS
}
