package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.Failure;
import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.IntegrationException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.springframework.util.ClassUtils;
import org.springframework.util.unit.DataSize;
import tools.jackson.databind.json.JsonMapper;

/** Loads the kit anew where Spring's web support and the servlets do not exist. */
class WithoutWebTests {

    private static final List<String> ABSENT =
            List.of("org.springframework.web.", "org.springframework.http.", "jakarta.servlet.");

    private static final class Loader extends ClassLoader {

        Loader() {
            super(WithoutWebTests.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (ABSENT.stream().anyMatch(name::startsWith)) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.integrationkit.")) {
                return super.loadClass(name, resolve);
            }
            Class<?> loaded = findLoadedClass(name);
            return (loaded != null) ? loaded : define(name);
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] code = in.readAllBytes();
                return defineClass(name, code, 0, code.length);
            } catch (IOException ex) {
                throw new ClassNotFoundException(name, ex);
            }
        }
    }

    /** Runs inside the loader. */
    static final class Results implements Callable<Object> {

        public Optional<String> find() {
            return Optional.empty();
        }

        @Override
        public Object call() throws Exception {
            assertThat(ClassUtils.isPresent("org.springframework.http.ResponseEntity", Results.class.getClassLoader()))
                    .isFalse();
            Operation operation = new Operation("shop.find", "shop", Results.class, Results.class.getMethod("find"));
            IdempotencyKey key = new IdempotencyKey("shop.find", "", "abc");
            ResultCodec codec = new ResultCodec(
                    operation,
                    new PayloadCodec(new JsonMapper()),
                    ResultCodec.returnTypeOf(operation),
                    new ResultLimits(DataSize.ofKilobytes(1), List.of(), List.of(), null));
            assertThat(codec.read(key, codec.write(key, Optional.of("a")))).isEqualTo(Optional.of("a"));
            IntegrationException refusal = new IntegrationException("no", FailureCategory.PERMANENT, false);
            Failure failure = Failure.of(FailureCategory.PERMANENT);
            assertThat(RememberedFailures.remembers(refusal, failure)).isTrue();
            assertThat(RememberedFailures.remembers(new IllegalStateException(), failure))
                    .isFalse();
            assertThat(RememberedFailures.remembers("a")).isTrue();
            assertThatExceptionOfType(IdempotentReplayException.class)
                    .isThrownBy(() -> codec.read(key, codec.write(key, refusal, failure)))
                    .withMessage("no");
            assertThat(RequestKeys.of(operation)).isNull();
            return true;
        }
    }

    @Test
    void resultsAndFailuresAreRemembered() throws Exception {
        Class<?> inside = Class.forName(Results.class.getName(), true, new Loader());
        var constructor = inside.getDeclaredConstructor();
        constructor.setAccessible(true);
        assertThat(((Callable<?>) constructor.newInstance()).call()).isEqualTo(true);
    }
}
