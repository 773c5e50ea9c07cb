package io.integrationkit.failure;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Takes what looks like a secret out of texts that others wrote, such as messages of exceptions: user info and query of
 * URLs, values of fields with a sensitive name, {@code Authorization} and its schemes, JSON Web Tokens, card numbers. A
 * secret in plain prose is not found. Takes time in proportion to the text, whatever it is. Immutable, safe for use by
 * any number of threads.
 */
public final class Redaction {

    /** Stands for what was taken out. */
    public static final String MASK = "***";

    /** Names of fields whose values are secrets unless somebody says otherwise; {@code *} stands for any text. */
    public static final List<String> FIELDS = List.of(
            "*password*",
            "*passwd*",
            "*passphrase*",
            "pwd",
            "*secret*",
            "*token*",
            "*authorization*",
            "*credential*",
            "*cookie*",
            "*apikey*",
            "*accesskey*",
            "*privatekey*",
            "*signature*",
            "jwt",
            "otp",
            "pin",
            "card",
            "*cardnumber*",
            "*creditcard*",
            "pan",
            "*iban*",
            "cvv",
            "cvv2",
            "cvc",
            "cvc2",
            "ssn",
            "*socialsecurity*",
            "*taxid*",
            "*passport*",
            "*email*",
            "*phone*",
            "*birthdate*",
            "*dateofbirth*");

    /** By the usual names of fields; for what has no settings at hand. */
    public static final Redaction STANDARD = new Redaction(FIELDS);

    private final List<String> names;

    private final NamePatterns fields;

    /**
     * Creates a redaction.
     *
     * @param fields names of the fields whose values are secrets; {@code *} stands for any text, and they are compared
     *     {@linkplain NamePatterns#loosely loosely}
     */
    public Redaction(Collection<String> fields) {
        this.names = List.copyOf(fields);
        this.fields = NamePatterns.loosely(this.names);
    }

    /**
     * Adds names of fields.
     *
     * @param further names of fields whose values are secrets too
     * @return a redaction that knows them besides
     */
    public Redaction with(Collection<String> further) {
        if (further.isEmpty()) {
            return this;
        }
        List<String> all = new ArrayList<>(this.names);
        all.addAll(further);
        return new Redaction(all);
    }

    /**
     * Tells whether the value of a field is a secret.
     *
     * @param field name of the field
     * @return whether it is masked
     */
    public boolean masks(String field) {
        return this.fields.match(field);
    }

    /**
     * Takes the secrets out of a text.
     *
     * @param text the text
     * @return the text with {@value #MASK} in their place; the same instance if there were none
     */
    public String of(String text) {
        return new RedactedText(text, this.fields).redacted();
    }

    /**
     * Takes the secrets out of the messages of an exception, for a log or a trace.
     *
     * @param failure the exception
     * @return the exception itself if no message of it, its causes and its suppressed exceptions has a secret; otherwise
     *     one that tells the same, with the stack traces and without the secrets, but of another class
     */
    public Throwable of(Throwable failure) {
        return RedactedException.of(failure, this);
    }
}
