package io.integrationkit.outbox;

/**
 * How large a message a destination takes.
 *
 * @param bytes most bytes, measured by {@link MessageDestination#sizeOf}; {@link Long#MAX_VALUE} for no limit
 * @param setting what sets the limit, as an operator would look for it, such as {@code max.message.bytes of the topic}
 */
public record SizeLimit(long bytes, String setting) {

    /** No limit that is known. */
    public static final SizeLimit NONE = new SizeLimit(Long.MAX_VALUE, "");
}
