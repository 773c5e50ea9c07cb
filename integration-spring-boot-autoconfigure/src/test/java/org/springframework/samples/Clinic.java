package org.springframework.samples;

import io.integrationkit.reliable.OnFailure;
import io.integrationkit.reliable.Reliable;

/** An application whose package begins like those of Spring, as that of Spring's own samples does. */
public class Clinic {

    private int attempts;

    @Reliable
    public String visit() {
        this.attempts++;
        throw new IllegalStateException("closed");
    }

    @OnFailure
    String recover(IllegalStateException failure) {
        return "later";
    }

    /** Calls an operation beside its proxy. */
    public String visitAgain() {
        return visit();
    }

    public int attempts() {
        return this.attempts;
    }
}
