package io.integrationkit.idempotency;

import io.integrationkit.call.ImmutableTypes;
import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.lang.reflect.Type;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.GenericTypeResolver;
import org.springframework.core.ResolvableType;
import org.springframework.http.ResponseEntity;
import tools.jackson.core.JacksonException;

/**
 * Turns what an operation returns into what is stored, and back, by the declared type of its value. Writing never
 * fails: the work was done, and without any mark it would be done again.
 */
final class ResultCodec {

    private static final Logger logger = LoggerFactory.getLogger(ResultCodec.class);

    private final Operation operation;

    private final PayloadCodec codec;

    private final ResultLimits limits;

    private final SealedResults seal;

    private final ReplayedExceptions exceptions;

    private final boolean returnsNothing;

    private final boolean optional;

    private final boolean response;

    private final Type valueType;

    private final boolean immutable;

    /**
     * Creates a codec.
     *
     * @param declared type of the value itself, also where it comes later
     * @throws InvalidOperationException if no value of that type can be stored
     */
    ResultCodec(Operation operation, PayloadCodec codec, ResolvableType declared, ResultLimits limits) {
        this.operation = operation;
        this.codec = codec;
        this.limits = limits;
        this.seal = new SealedResults(limits.cipher());
        this.exceptions = new ReplayedExceptions(operation, limits.replayedExceptions());
        this.returnsNothing = isNothing(declared);
        this.optional = declared.toClass() == Optional.class;
        this.response = StorableTypes.isResponse(declared.toClass());
        ResolvableType value = (this.optional || this.response) ? declared.getGeneric() : declared;
        if (!this.response || !isNothing(value)) {
            requireStorable(value);
        }
        this.valueType = this.response ? StoredResponse.ofBody(value).getType() : value.getType();
        this.immutable = ImmutableTypes.contains(value.toClass());
    }

    /** Whether a result as it was returned may be given to any number of callers. */
    boolean isConstant(StoredResult result) {
        return switch (result.kind()) {
            case NULL, VOID, EMPTY -> true;
            case VALUE -> this.immutable;
            default -> false;
        };
    }

    /** Type of what an operation returns, as the class of its bean declares it. */
    static ResolvableType returnTypeOf(Operation operation) {
        return ResolvableType.forType(
                GenericTypeResolver.resolveType(operation.method().getGenericReturnType(), operation.beanType()));
    }

    private static boolean isNothing(ResolvableType type) {
        return type.toClass() == void.class || type.toClass() == Void.class;
    }

    private void requireStorable(ResolvableType value) {
        String obstacle = StorableTypes.obstacle(value);
        if (obstacle != null) {
            throw new InvalidOperationException(
                    ProblemCode.RESULT_NOT_SERIALIZABLE,
                    "The result of %s cannot be remembered: its return type %s".formatted(this.operation, obstacle),
                    "Return a record or another plain value from %s.".formatted(this.operation.method()));
        }
    }

    StoredResult write(IdempotencyKey key, @Nullable Object result) {
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
        byte[] json;
        try {
            json = this.codec.write(this.response ? Responses.stored(value, this.limits) : value, this.valueType);
        } catch (RuntimeException ex) {
            logger.warn(
                    "{}: the result of {} ({}) could not be stored; repetitions of this call will fail",
                    ProblemCode.RESULT_NOT_SERIALIZABLE,
                    this.operation,
                    this.valueType.getTypeName(),
                    ex);
            return StoredResult.of(StoredResult.Kind.TOMBSTONE);
        }
        if (json.length > this.limits.maxSize().toBytes()) {
            logger.warn(
                    "{}: the result of {} has {} bytes, more than integration.idempotency.max-result-size={}; it was not stored, and repetitions of this call will fail",
                    ProblemCode.RESULT_NOT_SERIALIZABLE,
                    this.operation,
                    json.length,
                    this.limits.maxSize());
            return StoredResult.of(StoredResult.Kind.TOMBSTONE);
        }
        return sealed(key, this.response ? StoredResult.Kind.RESPONSE : StoredResult.Kind.VALUE, json);
    }

    StoredResult write(IdempotencyKey key, Throwable exception, Failure failure) {
        return sealed(key, StoredResult.Kind.ERROR, json(this.exceptions.store(exception, failure)));
    }

    private byte[] json(StoredFailure failure) {
        try {
            byte[] json = this.codec.write(failure, StoredFailure.class);
            if (json.length <= this.limits.maxSize().toBytes()) {
                return json;
            }
        } catch (JacksonException ex) {
            logger.debug("A failure of {} is stored without its properties", this.operation, ex);
        }
        return this.codec.write(failure.reduced(), StoredFailure.class);
    }

    private StoredResult sealed(IdempotencyKey key, StoredResult.Kind kind, byte[] json) {
        try {
            return new StoredResult(kind, this.seal.seal(key, json));
        } catch (RuntimeException ex) {
            // Without the exception: nobody knows what the message of a cipher quotes.
            logger.warn(
                    "{}: the result of {} could not be encrypted by the bean of type {} ({}); it was not stored, and repetitions of this call will fail",
                    ProblemCode.RESULT_NOT_SERIALIZABLE,
                    this.operation,
                    ResultCipher.class.getName(),
                    ex.getClass().getName());
            return StoredResult.of(StoredResult.Kind.TOMBSTONE);
        }
    }

    /** Returns what the first call returned, or throws what stands for its failure. */
    @Nullable
    Object read(IdempotencyKey key, StoredResult stored) throws Exception {
        return switch (stored.kind()) {
            case NULL, VOID -> null;
            case EMPTY -> Optional.empty();
            case VALUE -> {
                Object value = content(key, stored, this.valueType);
                yield this.optional ? Optional.ofNullable(value) : value;
            }
            case RESPONSE -> response(key, stored);
            case ERROR -> throw failure(key, stored);
            case TOMBSTONE ->
                throw unreadable("it could not be stored, or was larger than integration.idempotency.max-result-size");
        };
    }

    private Object response(IdempotencyKey key, StoredResult stored) {
        if (this.response && content(key, stored, this.valueType) instanceof StoredResponse<?> content) {
            return Responses.returned(content, this.limits);
        }
        throw unreadable("it is a response, which the method does not return any more");
    }

    private Exception failure(IdempotencyKey key, StoredResult stored) {
        if (content(key, stored, StoredFailure.class) instanceof StoredFailure failure) {
            return this.exceptions.restore(failure);
        }
        throw unreadable("its failure is empty");
    }

    private @Nullable Object content(IdempotencyKey key, StoredResult stored, Type type) {
        byte[] payload = stored.payload();
        if (payload == null) {
            throw unreadable("it has no content");
        }
        try {
            return this.codec.read(this.seal.open(key, payload), type);
        } catch (SealedResults.SealedException ex) {
            throw unreadable(ex.why());
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

    /** Loaded only where Spring's HTTP types are. */
    private static final class Responses {

        static StoredResponse<?> stored(Object response, ResultLimits limits) {
            return StoredResponse.of((ResponseEntity<?>) response, limits.replayedHeaders());
        }

        static Object returned(StoredResponse<?> content, ResultLimits limits) {
            return content.toResponse(limits.replayedHeaders());
        }
    }
}
