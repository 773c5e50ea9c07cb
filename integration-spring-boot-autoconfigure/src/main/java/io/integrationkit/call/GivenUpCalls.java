package io.integrationkit.call;

/** Port: where a call goes that was given up for good and must not be lost. Implemented by the dead letters. */
public interface GivenUpCalls {

    /**
     * Stores a call. Where the operation {@linkplain Operation#returnsNothing() returns nothing}, and so will return
     * normally, the entry joins the transaction that is active, so that both commit or neither; where the caller will
     * get an exception, and probably roll back, and where no transaction is active, the entry is committed when this
     * returns. An entry is unique per operation and key: storing the same call again updates it. During a
     * {@link io.integrationkit.context.Replay} the call that is replayed updates the entry it came from.
     *
     * @param call the call
     * @return id of the entry
     */
    String store(GivenUpCall call);
}
