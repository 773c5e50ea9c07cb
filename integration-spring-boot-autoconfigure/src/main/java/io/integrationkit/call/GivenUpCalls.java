package io.integrationkit.call;

/** Port: where a call goes that was given up for good and must not be lost. Implemented by the dead letters. */
public interface GivenUpCalls {

    /**
     * Stores a call. Joins the transaction that is active for the {@code void} method of a caller; otherwise the entry
     * is committed when this returns. An entry is unique per operation and key: storing the same call again updates it.
     *
     * @param call the call
     * @return id of the entry
     */
    String store(GivenUpCall call);
}
