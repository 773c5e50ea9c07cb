package io.integrationkit.test;

import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonOption;
import com.github.victools.jsonschema.module.jackson.JacksonSchemaModule;
import java.lang.reflect.Field;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.ser.SerializationContextExt;

/**
 * The JSON Schema of a class as a mapper writes it. A property is required if it is primitive, if {@code @JsonProperty}
 * says so, or if null-marked code does not call it nullable: who reads it would get a {@code null} that it does not
 * expect.
 */
final class SchemaOfClass {

    private SchemaOfClass() {}

    static ObjectNode of(Class<?> eventClass, JsonMapper mapper) {
        SchemaGeneratorConfigBuilder configuration =
                new SchemaGeneratorConfigBuilder(SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON);
        // Before those of the module, which do not know the mapper.
        configuration.forFields().withPropertyNameOverrideResolver((field) -> nameOf(field.getRawMember(), mapper));
        configuration
                .with(new JacksonSchemaModule(
                        JacksonOption.RESPECT_JSONPROPERTY_REQUIRED,
                        JacksonOption.FLATTENED_ENUMS_FROM_JSONVALUE,
                        JacksonOption.FLATTENED_ENUMS_FROM_JSONPROPERTY))
                .with(
                        Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES,
                        Option.ENUM_KEYWORD_FOR_SINGLE_VALUES,
                        Option.PLAIN_DEFINITION_KEYS);
        configuration.forFields().withRequiredCheck(SchemaOfClass::required);
        return new SchemaGenerator(configuration.build()).generateSchema(eventClass);
    }

    /** Returns {@code null} for what the mapper does not write. */
    private static @Nullable String nameOf(Field field, JsonMapper mapper) {
        JavaType declaring = mapper.constructType(field.getDeclaringClass());
        SerializationContextExt context = mapper._serializationContext();
        return context
                .introspectBeanDescription(
                        declaring,
                        mapper.serializationConfig().classIntrospectorInstance().introspectClassAnnotations(declaring))
                .findProperties()
                .stream()
                .filter((property) -> property.getInternalName().equals(field.getName()))
                .map(BeanPropertyDefinition::getName)
                .findFirst()
                .orElse(null);
    }

    private static boolean required(FieldScope scope) {
        Field field = scope.getRawMember();
        if (field.getType().isPrimitive()) {
            return true;
        }
        return field.getType() != Optional.class
                && nullMarked(field.getDeclaringClass())
                && !field.getAnnotatedType().isAnnotationPresent(Nullable.class);
    }

    private static boolean nullMarked(Class<?> declaring) {
        for (Class<?> type = declaring; type != null; type = type.getEnclosingClass()) {
            if (type.isAnnotationPresent(NullMarked.class)) {
                return true;
            }
            if (type.isAnnotationPresent(NullUnmarked.class)) {
                return false;
            }
        }
        return declaring.getPackage().isAnnotationPresent(NullMarked.class);
    }
}
