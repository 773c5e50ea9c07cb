package io.integrationkit.call;

/** What became of the compensation of a call that was given up. */
public enum Compensation {
    /** There was none to run: the operation has none, none for this failure, or its method was never attempted. */
    NONE,
    /** It ran. */
    DONE,
    /** It failed; its work may be half done. */
    FAILED
}
