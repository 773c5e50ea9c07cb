package io.integrationkit.call;

import java.lang.reflect.Method;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ObjectUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Turns what an expression gave into the text of a key. Safe for use by any number of threads. Parts are written as {@code length:text}, one after the other;
 * a single value stays as it is, unless it looks like such a part itself.
 */
public final class KeyText {

    private static final Pattern LIKE_A_PART = Pattern.compile("[0-9]+:.*", Pattern.DOTALL);

    private KeyText() {}

    static @Nullable String of(@Nullable Object value) {
        if (value instanceof String text) {
            return ofText(text);
        }
        Object single = (value instanceof Optional<?> optional) ? optional.orElse(null) : value;
        if (single == null) {
            return null;
        }
        if (single instanceof Collection<?> parts) {
            return joined(parts.toArray());
        }
        if (single instanceof byte[] bytes) {
            return (bytes.length == 0) ? null : HexFormat.of().formatHex(bytes);
        }
        if (single.getClass().isArray()) {
            return joined(ObjectUtils.toObjectArray(single));
        }
        return ofText(text(single));
    }

    /**
     * Writes a text as a key of its own.
     *
     * @param text the text
     * @return the key, never one that looks like several parts; {@code null} if the text is blank
     */
    public static @Nullable String ofText(String text) {
        if (text.isBlank()) {
            return null;
        }
        return beginsWithDigit(text) && LIKE_A_PART.matcher(text).matches() ? part(text) : text;
    }

    private static boolean beginsWithDigit(String text) {
        char first = text.charAt(0);
        return first >= '0' && first <= '9';
    }

    private static @Nullable String joined(@Nullable Object[] parts) {
        StringBuilder joined = new StringBuilder();
        for (Object value : parts) {
            String text = of(value);
            if (text == null) {
                return null;
            }
            joined.append(part(text));
        }
        return joined.isEmpty() ? null : joined.toString();
    }

    /**
     * Writes a text so that what follows it cannot be taken for a part of it.
     *
     * @param text the text
     * @return its length and the text
     */
    public static String part(String text) {
        return text.length() + ":" + text;
    }

    private static String text(Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        if (value instanceof Map<?, ?> || !hasText(value.getClass())) {
            throw new NoTextException(value.getClass());
        }
        return value.toString();
    }

    /** An object without a text of its own prints its address: another key each time. */
    private static boolean hasText(Class<?> type) {
        Method method = ReflectionUtils.findMethod(type, "toString");
        return method != null && method.getDeclaringClass() != Object.class;
    }

    /** A value that cannot be a key. */
    static final class NoTextException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final Class<?> type;

        NoTextException(Class<?> type) {
            super(type.getName(), null, false, false);
            this.type = type;
        }

        Class<?> type() {
            return this.type;
        }
    }
}
