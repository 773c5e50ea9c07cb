package io.integrationkit.failure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The classification on the class path of an application that has none of the optional libraries. */
class FailureClassificationClasspathTests {

    @Test
    void worksWithoutAnyOptionalLibrary() throws Exception {
        ClassLoader bare = new BareClassLoader();
        Class<?> type = bare.loadClass(FailureClassification.class.getName());
        assertThat(type).isNotEqualTo(FailureClassification.class);
        Object classification =
                type.getConstructor(List.class, InstantSource.class).newInstance(List.of(), Clock.systemUTC());
        Method classify = type.getMethod("classify", Throwable.class);
        assertThat(classify.invoke(classification, new NullPointerException()).toString())
                .contains("PERMANENT");
        assertThat(classify.invoke(classification, new Exception(new IOException()))
                        .toString())
                .contains("TEMPORARY");
    }

    /** Defines our classes itself, so that they see only what it shows them. */
    private static final class BareClassLoader extends ClassLoader {

        private static final List<String> HIDDEN = List.of(
                "org.springframework.web.",
                "org.springframework.http.",
                "org.springframework.kafka.",
                "org.springframework.messaging.",
                "org.apache.kafka.",
                "jakarta.validation.");

        BareClassLoader() {
            super(FailureClassification.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (HIDDEN.stream().anyMatch(name::startsWith)) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.integrationkit.failure.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return (loaded != null) ? loaded : define(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream stream = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                byte[] bytes = stream.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException ex) {
                throw new ClassNotFoundException(name, ex);
            }
        }
    }
}
