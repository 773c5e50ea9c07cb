package io.integrationkit.idempotency;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.lang.reflect.Type;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.stream.BaseStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ResolvableType;
import tools.jackson.core.JacksonException;

/** Turns what an operation returns into what is stored, and back, by the return type of its method. */
final class ResultCodec {

    private static final Logger logger = LoggerFactory.getLogger(ResultCodec.class);

    private static final int MAX_MESSAGE = 500;

    /** Returned before the work is done, or good for one reader only. */
    private static final Set<Class<?>> UNSTORABLE =
            Set.of(CompletionStage.class, Future.class, BaseStream.class, AutoCloseable.class);

    private final Operation operation;

    private final PayloadCodec codec;

    private final boolean returnsNothing;

    private final boolean optional;

    private final Type valueType;

    ResultCodec(Operation operation, PayloadCodec codec) {
        ResolvableType declared = ResolvableType.forType(
                GenericTypeResolver.resolveType(operation.method().getGenericReturnType(), operation.beanType()));
        this.operation = operation;
        this.codec = codec;
        this.returnsNothing = declared.toClass() == void.class || declared.toClass() == Void.class;
        this.optional = declared.toClass() == Optional.class;
        ResolvableType value = this.optional ? declared.getGeneric() : declared;
        requireStorable(value);
        this.valueType = value.getType();
    }

    private void requireStorable(ResolvableType value) {
        Class<?> type = value.resolve();
        if (type == null || type == Object.class) {
            throw unstorable(value + " does not say what a stored result is to be read as");
        }
        boolean unstorable = UNSTORABLE.stream().anyMatch((each) -> each.isAssignableFrom(type))
                || ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null;
        if (unstorable) {
            throw unstorable(type.getName() + " cannot be stored: it is not the result itself");
        }
    }

    private InvalidOperationException unstorable(String why) {
        return new InvalidOperationException(
                ProblemCode.RESULT_NOT_SERIALIZABLE,
                "The result of %s cannot be remembered: its return type %s".formatted(this.operation, why),
                "Return a record or another plain value from %s.".formatted(this.operation.method()));
    }

    StoredResult write(@Nullable Object result) {
        if (this.returnsNothing) {
            return StoredResult.of(StoredResult.Kind.VOID);
        }
        if (result == null) {
            return StoredResult.of(StoredResult.Kind.NULL);
        }
        Object value = (result instanceof Optional<?> maybe && this.optional) ? maybe.orElse(null) : result;
        if (value == null) {
            return StoredResult.of(StoredResult.Kind.EMPTY);
        }
        try {
            return new StoredResult(StoredResult.Kind.VALUE, this.codec.write(value, this.valueType));
        } catch (JacksonException ex) {
            // The work was done: without any mark it would be done again.
            logger.warn(
                    "{}: the result of {} ({}) could not be stored; repetitions of this call will fail",
                    ProblemCode.RESULT_NOT_SERIALIZABLE,
                    this.operation,
                    this.valueType.getTypeName(),
                    ex);
            return StoredResult.of(StoredResult.Kind.TOMBSTONE);
        }
    }

    StoredResult write(Throwable exception, Failure failure) {
        String message = Objects.requireNonNullElse(
                exception.getMessage(), exception.getClass().getName());
        String shortened = (message.length() > MAX_MESSAGE) ? message.substring(0, MAX_MESSAGE) : message;
        return new StoredResult(
                StoredResult.Kind.ERROR,
                this.codec.write(new StoredFailure(failure.category(), shortened), StoredFailure.class));
    }

    /** Returns what the first call returned, or throws what stands for its failure. */
    @Nullable
    Object read(StoredResult stored) {
        return switch (stored.kind()) {
            case NULL, VOID -> null;
            case EMPTY -> Optional.empty();
            case VALUE -> {
                Object value = read(stored, this.valueType);
                yield this.optional ? Optional.ofNullable(value) : value;
            }
            case ERROR -> throw failure(stored);
            case TOMBSTONE -> throw unreadable("it could not be stored");
        };
    }

    private IdempotentReplayException failure(StoredResult stored) {
        if (read(stored, StoredFailure.class) instanceof StoredFailure failure) {
            return new IdempotentReplayException(failure.category(), failure.message());
        }
        throw unreadable("its failure is empty");
    }

    private @Nullable Object read(StoredResult stored, Type type) {
        byte[] payload = stored.payload();
        if (payload == null) {
            throw unreadable("it has no content");
        }
        try {
            return this.codec.read(payload, type);
        } catch (JacksonException ex) {
            // The exception's message may quote the stored value.
            throw unreadable("it cannot be read as %s at %s".formatted(type.getTypeName(), ex.getPathReference()));
        }
    }

    private ProblemException unreadable(String why) {
        return new ProblemException(
                ProblemCode.RESULT_NOT_SERIALIZABLE,
                FailureCategory.PERMANENT,
                "%s was done before with the same key, but its result is lost: %s".formatted(this.operation, why));
    }

    /** A failure that is remembered. */
    record StoredFailure(FailureCategory category, String message) {}
}
