package io.integrationkit.failure;

import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.ConversionException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.JacksonIOException;

/** Input that does not have the form it should have. */
final class MappingFailures implements FailureClassifier {

    /** Jackson 2 is no dependency of ours; its exceptions are I/O exceptions, which would make them temporary. */
    private static final String JACKSON_2 = "com.fasterxml.jackson.core.JacksonException";

    @Override
    public @Nullable Failure classify(Throwable failure) {
        if (failure instanceof JacksonIOException) {
            return null;
        }
        return (failure instanceof JacksonException || failure instanceof ConversionException || isJackson2(failure))
                ? Failure.of(FailureCategory.VALIDATION)
                : null;
    }

    private static boolean isJackson2(Throwable failure) {
        for (Class<?> type = failure.getClass(); type != null; type = type.getSuperclass()) {
            if (type.getName().equals(JACKSON_2)) {
                return true;
            }
        }
        return false;
    }
}
