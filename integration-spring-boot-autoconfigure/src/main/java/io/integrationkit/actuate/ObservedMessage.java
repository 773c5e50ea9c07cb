package io.integrationkit.actuate;

/** The context of the observation of a message, whether it continues the trace of the sender or that of its thread. */
public interface ObservedMessage {

    /**
     * Returns what is known of the message.
     *
     * @return the message
     */
    HandledMessage message();
}
