package io.integrationkit.call;

/**
 * Where a feature keeps its state; each feature has one as a bean, so that start-up and endpoints can say what a
 * restart loses.
 *
 * @param feature name of the feature, such as {@code outbox}
 * @param engine what it keeps its state in, such as {@code postgresql} or {@code memory}
 * @param durable whether the state survives a restart
 * @param content what is kept, in the words of a user: {@code idempotency keys}
 */
public record StateStore(String feature, String engine, boolean durable, String content) {}
