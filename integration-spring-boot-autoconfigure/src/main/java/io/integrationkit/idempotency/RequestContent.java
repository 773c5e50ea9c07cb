package io.integrationkit.idempotency;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.context.Sha256;
import io.integrationkit.failure.ProblemCode;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedMethod;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.ui.Model;
import org.springframework.validation.Errors;
import org.springframework.web.bind.support.SessionStatus;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.util.UriBuilder;
import tools.jackson.core.JacksonException;

/**
 * Which arguments of a controller method are what its client asks for. Left out is what the framework passes, and what
 * differs when the same request comes again: headers, cookies, session and user.
 */
final class RequestContent {

    private static final String WEB = "org.springframework.web.bind.annotation.";

    private static final Set<String> CONTENT =
            Set.of(WEB + "RequestBody", WEB + "RequestParam", WEB + "PathVariable", WEB + "ModelAttribute");

    private static final Set<String> SURROUNDINGS = Set.of(
            WEB + "RequestHeader",
            WEB + "CookieValue",
            WEB + "SessionAttribute",
            WEB + "RequestAttribute",
            "org.springframework.beans.factory.annotation.Value",
            "org.springframework.security.core.annotation.AuthenticationPrincipal",
            "org.springframework.security.core.annotation.CurrentSecurityContext");

    private static final Set<Class<?>> STREAMS =
            Set.of(InputStream.class, OutputStream.class, Reader.class, Writer.class);

    private static final Set<Class<?>> OF_THE_FRAMEWORK = Set.of(
            ServletRequest.class,
            ServletResponse.class,
            HttpSession.class,
            RequestAttributes.class,
            WebRequest.class,
            HttpHeaders.class,
            HttpMethod.class,
            Principal.class,
            Locale.class,
            TimeZone.class,
            ZoneId.class,
            Errors.class,
            Model.class,
            Map.class,
            SessionStatus.class,
            UriBuilder.class);

    private final List<Argument> arguments;

    RequestContent(Method method) {
        this.arguments = Arrays.stream(new AnnotatedMethod(method).getMethodParameters())
                .map(RequestContent::argument)
                .toList();
    }

    private static Argument argument(MethodParameter parameter) {
        ResolvableType type = ResolvableType.forMethodParameter(parameter);
        Class<?> raw = type.toClass();
        if (isAnnotated(parameter, SURROUNDINGS) || isAnyOf(raw, STREAMS)) {
            return Argument.LEFT_OUT;
        }
        if (isFile(type)
                || isFile(type.getComponentType())
                || isFile(type.asCollection().getGeneric())) {
            return (value, codec) -> files(value);
        }
        if (HttpEntity.class.isAssignableFrom(raw)) {
            Type body = type.as(HttpEntity.class).getGeneric().getType();
            return (value, codec) ->
                    json(parameter, (value instanceof HttpEntity<?> entity) ? entity.getBody() : null, body, codec);
        }
        if (isAnyOf(raw, OF_THE_FRAMEWORK) && !isAnnotated(parameter, CONTENT)) {
            return Argument.LEFT_OUT;
        }
        return (value, codec) -> json(parameter, value, parameter.getGenericParameterType(), codec);
    }

    private static boolean isAnnotated(MethodParameter parameter, Set<String> names) {
        MergedAnnotations annotations = MergedAnnotations.from(parameter.getParameterAnnotations());
        return names.stream().anyMatch(annotations::isPresent);
    }

    private static boolean isAnyOf(Class<?> type, Set<Class<?>> types) {
        return types.stream().anyMatch((each) -> each.isAssignableFrom(type));
    }

    private static boolean isFile(ResolvableType type) {
        return MultipartFile.class.isAssignableFrom(type.toClass()) || Part.class.isAssignableFrom(type.toClass());
    }

    /** What the client asks for, one text for each argument. */
    List<String> of(@Nullable Object[] values, PayloadCodec codec) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            String text = this.arguments.get(i).text(values[i], codec);
            if (text != null) {
                parts.add(text);
            }
        }
        return parts;
    }

    private static String json(MethodParameter parameter, @Nullable Object value, Type type, PayloadCodec codec) {
        try {
            return new String(codec.write(value, type), StandardCharsets.UTF_8);
        } catch (JacksonException ex) {
            throw new InvalidOperationException(
                    ProblemCode.ARGUMENTS_NOT_SERIALIZABLE,
                    "Argument %d of %s cannot be written: %s"
                            .formatted(parameter.getParameterIndex(), parameter.getMethod(), ex.getOriginalMessage()),
                    "Take records or other plain values that Jackson writes.");
        }
    }

    private static String files(@Nullable Object value) {
        List<String> parts = new ArrayList<>();
        for (Object each : each(value)) {
            try {
                if (each instanceof MultipartFile file) {
                    parts.add(file.getName());
                    parts.add(String.valueOf(file.getOriginalFilename()));
                    parts.add(digest(file.getInputStream()));
                } else if (each instanceof Part part) {
                    parts.add(part.getName());
                    parts.add(String.valueOf(part.getSubmittedFileName()));
                    parts.add(digest(part.getInputStream()));
                }
            } catch (IOException ex) {
                throw new UncheckedIOException(ex);
            }
        }
        return HexFormat.of().formatHex(Sha256.of(parts));
    }

    private static Iterable<?> each(@Nullable Object value) {
        if (value instanceof Iterable<?> several) {
            return several;
        }
        if (value instanceof Object[] several) {
            return Arrays.asList(several);
        }
        return (value != null) ? List.of(value) : List.of();
    }

    private static String digest(InputStream content) throws IOException {
        try (content) {
            return Sha256.hex(content);
        }
    }

    /** How one argument is compared; {@code null} if it is not. */
    @FunctionalInterface
    private interface Argument {

        Argument LEFT_OUT = (value, codec) -> null;

        @Nullable
        String text(@Nullable Object value, PayloadCodec codec);
    }
}
