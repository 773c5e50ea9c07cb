package io.integrationkit.sample.demo;

/** The hub, its database or its broker does not answer now; it may be restarting. */
public final class HubUnreachableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    HubUnreachableException(String what, Throwable cause) {
        super(what + " does not answer: " + cause, cause);
    }
}
