package io.integrationkit.idempotency;

import io.integrationkit.call.Call;
import io.integrationkit.call.PayloadCodec;

/** Takes the key from the header of a request, and compares the request. */
record HeaderContent(RequestKeys requests, PayloadCodec codec) implements CallContent {

    @Override
    public String key(Call call) {
        return this.requests.key();
    }

    @Override
    public Fingerprint fingerprint(Call call) {
        String hash = this.requests.fingerprint(call.arguments(), this.codec);
        return new Fingerprint(hash, hash.length());
    }

    /** The request says more than the arguments. */
    @Override
    public boolean toldByArguments() {
        return false;
    }
}
