package io.integrationkit.event;

import java.util.Locale;

/** What the media type of a payload tells. */
final class MediaTypes {

    static final String STRUCTURED = "application/cloudevents+json";

    private static final String STRUCTURED_ANY = "application/cloudevents";

    private MediaTypes() {}

    static boolean isJson(String contentType) {
        String type = withoutParameters(contentType);
        return type.endsWith("/json") || type.endsWith("+json");
    }

    static boolean isStructured(String contentType) {
        return withoutParameters(contentType).equals(STRUCTURED);
    }

    /** A whole event, or many, in a format that is not read here. */
    static boolean isOtherStructured(String contentType) {
        return withoutParameters(contentType).startsWith(STRUCTURED_ANY) && !isStructured(contentType);
    }

    private static String withoutParameters(String contentType) {
        int end = contentType.indexOf(';');
        return ((end < 0) ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
    }
}
