package io.integrationkit.call;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;

/**
 * Finds the names that {@link Sensitive} properties have in JSON, through all types that a type is made of. Names, not
 * paths: what is sensitive in one place of a document is so wherever it appears in it. Used once.
 */
final class SensitiveNames {

    /** A model of more types than this is not gone through. */
    private static final int MOST_TYPES = 2_000;

    private final JsonMapper mapper;

    private final SerializationContext context;

    private final Set<String> names = new HashSet<>();

    private final Set<JavaType> seen = new HashSet<>();

    private final Deque<JavaType> left = new ArrayDeque<>();

    SensitiveNames(JsonMapper mapper) {
        this.mapper = mapper;
        this.context = mapper._serializationContext();
    }

    /** Returns the names, or {@code null} if the type is too large to be gone through. */
    @Nullable
    Set<String> of(JavaType root) {
        add(root);
        for (JavaType type = this.left.poll(); type != null; type = this.left.poll()) {
            if (this.seen.size() > MOST_TYPES) {
                return null;
            }
            visit(type);
        }
        return Set.copyOf(this.names);
    }

    private void add(@Nullable JavaType type) {
        if (type != null && this.seen.add(type)) {
            this.left.add(type);
        }
    }

    private void visit(JavaType type) {
        add(type.getKeyType());
        add(type.getContentType());
        add(type.getReferencedType());
        Class<?> raw = type.getRawClass();
        subtypes(type, raw);
        if (!raw.isPrimitive() && !raw.isArray() && !raw.isEnum() && !type.isContainerType()) {
            Iterator<PropertyWriter> properties =
                    this.context.findValueSerializer(type).properties();
            properties.forEachRemaining(this::property);
        }
    }

    private void subtypes(JavaType type, Class<?> raw) {
        Collection<Class<?>> subtypes = new HashSet<>();
        JsonSubTypes named = raw.getAnnotation(JsonSubTypes.class);
        for (JsonSubTypes.Type each : (named != null) ? named.value() : new JsonSubTypes.Type[0]) {
            subtypes.add(each.value());
        }
        if (raw.isSealed()) {
            subtypes.addAll(List.of(raw.getPermittedSubclasses()));
        }
        for (Class<?> subtype : subtypes) {
            add(this.mapper.getTypeFactory().constructSpecializedType(type, subtype));
        }
    }

    private void property(PropertyWriter property) {
        JavaType type = property.getType();
        if (property.getAnnotation(Sensitive.class) != null || isSensitive(type)) {
            this.names.add(property.getName());
            // Documents of an older release may have another name.
            this.names.add(property.getMember().getName());
            JsonAlias aliases = property.getAnnotation(JsonAlias.class);
            this.names.addAll((aliases != null) ? List.of(aliases.value()) : List.of());
        }
        add(type);
        add((property instanceof BeanPropertyWriter bean) ? bean.getSerializationType() : null);
    }

    /** Whether a type is marked as a whole, or one it holds many of. */
    static boolean isSensitive(JavaType type) {
        for (JavaType each = type; each != null; each = inner(each)) {
            if (each.getRawClass().isAnnotationPresent(Sensitive.class)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable JavaType inner(JavaType type) {
        return (type.getContentType() != null) ? type.getContentType() : type.getReferencedType();
    }
}
