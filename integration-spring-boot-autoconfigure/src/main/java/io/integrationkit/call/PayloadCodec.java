package io.integrationkit.call;

import io.integrationkit.failure.ProblemCode;
import java.io.Serializable;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.deser.AbstractDeserializer;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.json.JsonMapper;

/**
 * Turns arguments, results and events into JSON and back, by the types of the method's signature. No class name is
 * ever written or read: what a stored document can become is decided by the code that reads it. Safe for use by any
 * number of threads.
 */
public final class PayloadCodec {

    private final JsonMapper mapper;

    /** By the types that signatures name, of which there are few: to resolve one costs as much as to read a small document. */
    private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

    private final Map<Type, ObjectWriter> writers = new ConcurrentHashMap<>();

    /**
     * Creates a codec.
     *
     * @param mapper mapper whose modules and settings are used; default typing is switched off, unknown properties are
     *     ignored so that older code reads newer documents, and nothing is indented
     */
    public PayloadCodec(JsonMapper mapper) {
        this.mapper = mapper.rebuild()
                .deactivateDefaultTyping()
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .disable(SerializationFeature.INDENT_OUTPUT)
                .build();
    }

    /**
     * Serialises a value.
     *
     * @param value the value, or {@code null}
     * @return its JSON in UTF-8
     * @throws JacksonException if the value cannot be serialised
     */
    public byte[] write(@Nullable Object value) {
        return this.mapper.writeValueAsBytes(value);
    }

    /**
     * Serialises a value by its declared type, so that what the type says about its subtypes is written.
     *
     * @param value the value, or {@code null}
     * @param type what it will be read as
     * @return its JSON in UTF-8
     * @throws JacksonException if the value cannot be serialised
     */
    public byte[] write(@Nullable Object value, Type type) {
        return writer(type).writeValueAsBytes(value);
    }

    /**
     * Reads a value.
     *
     * @param json JSON in UTF-8
     * @param type what to read it as
     * @return the value, or {@code null} if the document is {@code null}
     * @throws JacksonException if the document does not fit the type
     */
    public @Nullable Object read(byte[] json, Type type) {
        return this.readers
                .computeIfAbsent(type, (any) -> this.mapper.readerFor(javaType(any)))
                .readValue(json);
    }

    /**
     * Reads a document as it is, no decimal rounded.
     *
     * @param json JSON in UTF-8
     * @return the document
     * @throws JacksonException if it is no JSON
     */
    public JsonNode readTree(byte[] json) {
        return this.mapper
                .reader()
                .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .readTree(json);
    }

    /**
     * Reads a value from a document.
     *
     * @param json the document
     * @param type what to read it as
     * @return the value, or {@code null} if the document is {@code null}
     * @throws JacksonException if the document does not fit the type
     */
    public @Nullable Object read(JsonNode json, Type type) {
        return this.mapper.treeToValue(json, javaType(type));
    }

    /**
     * Serialises the arguments of a method by its parameter types.
     *
     * @param method the method
     * @param arguments its arguments
     * @return a JSON array, one element an argument
     * @throws InvalidOperationException if an argument cannot be serialised
     */
    public String writeArguments(Method method, @Nullable Object[] arguments) {
        Type[] types = method.getGenericParameterTypes();
        StringBuilder array = new StringBuilder("[");
        for (int i = 0; i < arguments.length; i++) {
            try {
                array.append((i == 0) ? "" : ",").append(writer(types[i]).writeValueAsString(arguments[i]));
            } catch (JacksonException ex) {
                throw notSerializable(method, i, "written: " + what(ex));
            }
        }
        return array.append(']').toString();
    }

    /**
     * Reads arguments written by {@link #writeArguments}.
     *
     * @param method the method
     * @param json a JSON array, one element an argument
     * @return the arguments
     * @throws InvalidOperationException if they do not fit the method's parameters
     */
    public @Nullable Object[] readArguments(Method method, String json) {
        Type[] types = method.getGenericParameterTypes();
        // A decimal read as a double would be another amount of money than the one that was written.
        JsonNode array = this.mapper
                .reader()
                .with(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .readTree(json);
        if (!array.isArray() || array.size() != types.length) {
            throw new InvalidOperationException(
                    ProblemCode.ARGUMENTS_NOT_SERIALIZABLE,
                    "The stored call has %d arguments, %s takes %d".formatted(array.size(), method, types.length),
                    "Keep the parameters of a method while calls of it wait as dead letters.");
        }
        @Nullable Object[] arguments = new @Nullable Object[types.length];
        for (int i = 0; i < types.length; i++) {
            try {
                arguments[i] = this.mapper.treeToValue(array.get(i), javaType(types[i]));
            } catch (JacksonException ex) {
                throw notSerializable(method, i, "read: " + what(ex));
            }
        }
        return arguments;
    }

    /**
     * Finds the names in JSON of what is {@link Sensitive} in a type, and in the types it is made of.
     *
     * @param type what a document is read as
     * @return the names, or {@code null} if that cannot be told
     */
    public @Nullable Set<String> sensitiveNames(Type type) {
        try {
            return new SensitiveNames(this.mapper).of(javaType(type));
        } catch (JacksonException ex) {
            return null;
        }
    }

    /**
     * Tells whether a parameter is {@link Sensitive}, or its type as a whole.
     *
     * @param parameter the parameter
     * @return whether its value is to be masked
     */
    public boolean isSensitive(Parameter parameter) {
        return parameter.isAnnotationPresent(Sensitive.class)
                || SensitiveNames.isSensitive(javaType(parameter.getParameterizedType()));
    }

    /**
     * Checks, as far as the signature tells, that stored arguments of a method could be read again. A parameter of type
     * {@code Object} or of an interface without a deserializer could not.
     *
     * @param method the method
     * @throws InvalidOperationException if a parameter's type cannot be read
     */
    public void requireReadable(Method method) {
        Type[] types = method.getGenericParameterTypes();
        for (int i = 0; i < types.length; i++) {
            JavaType type = javaType(types[i]);
            try {
                if (isUntyped(type) || !isReadable(type)) {
                    throw notSerializable(method, i, "read again: Jackson cannot construct " + type.toCanonical());
                }
            } catch (JacksonException ex) {
                throw notSerializable(method, i, "read again: " + ex.getOriginalMessage());
            }
        }
    }

    private static boolean isUntyped(JavaType type) {
        return type.isJavaLangObject() || type.hasRawClass(Serializable.class);
    }

    private boolean isReadable(JavaType type) {
        JavaType content = type.getContentType();
        if (content != null && !isReadable(content)) {
            return false;
        }
        ValueDeserializer<Object> deserializer =
                this.mapper._deserializationContext().findRootValueDeserializer(type);
        if (deserializer instanceof ValueInstantiator.Gettable constructing) {
            ValueInstantiator instantiator = constructing.getValueInstantiator();
            return instantiator == null || instantiator.canInstantiate();
        }
        return !(deserializer instanceof AbstractDeserializer);
    }

    private InvalidOperationException notSerializable(Method method, int index, String why) {
        return new InvalidOperationException(
                ProblemCode.ARGUMENTS_NOT_SERIALIZABLE,
                "Argument %d of %s cannot be %s".formatted(index, method, why),
                "Pass records or other plain values that Jackson writes and reads.");
    }

    /** What happened and where: the message itself may quote the value. */
    private static String what(JacksonException ex) {
        String path = ex.getPath().stream()
                .map((step) -> (step.getPropertyName() != null) ? step.getPropertyName() : "[" + step.getIndex() + "]")
                .collect(Collectors.joining("."));
        return ex.getClass().getSimpleName() + (path.isEmpty() ? "" : " at " + path);
    }

    private ObjectWriter writer(Type type) {
        return this.writers.computeIfAbsent(type, (any) -> this.mapper.writerFor(javaType(any)));
    }

    private JavaType javaType(Type type) {
        return this.mapper.getTypeFactory().constructType(type);
    }
}
