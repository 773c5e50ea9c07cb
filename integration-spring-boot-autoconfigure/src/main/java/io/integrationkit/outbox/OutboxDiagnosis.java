package io.integrationkit.outbox;

/**
 * Something that holds messages up.
 *
 * @param code the problem code, such as {@code INT-341}
 * @param problem what was found, with names and numbers; never a payload or the text of a statement
 * @param remedy what to do about it
 */
public record OutboxDiagnosis(String code, String problem, String remedy) {}
