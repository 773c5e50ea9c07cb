package io.integrationkit.idempotency;

import io.integrationkit.call.Call;

/** Where an operation finds the key of a call, and what the call is about. */
interface CallContent {

    /** The text of the key; never blank. */
    String key(Call call);

    /** What must be the same wherever the key is. */
    Fingerprint fingerprint(Call call);

    /** Whether equal arguments have the same fingerprint and cannot be changed by anybody. */
    boolean toldByArguments();
}
