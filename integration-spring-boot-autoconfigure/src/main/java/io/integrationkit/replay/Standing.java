package io.integrationkit.replay;

/** How a job stands to whoever claimed it. */
enum Standing {
    /** It is to be run on. */
    HELD,
    /** Somebody cancelled it; what was written last counts. */
    CANCELLED,
    /** Somebody else claimed it, or it is not kept any more; nothing was written. */
    LOST
}
