package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.autoconfigure.call.CallAutoConfiguration;
import io.integrationkit.failure.ProblemCode;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.ClassUtils;

class SelfInvocationsTests {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plainly",
                "withArgumentsThatAreCalls",
                "withAChoiceBetweenArguments",
                "afterTryAndCatch",
                "inASwitch",
                "inALambda",
                "asAMethodReference",
                "inALoop",
                "inherited"
            })
    void aCallOnThisIsFound(String caller) {
        assertThat(callersOfCharge(Shop.class)).anyMatch((found) -> found.contains("." + caller + " (line "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "onAnInjectedReference",
                "onAnotherInstance",
                "onAnotherInstanceAsAMethodReference",
                "ofAnotherMethodOfThatName",
                "onAResultOfAChoice"
            })
    void aCallOnSomethingElseIsNot(String caller) {
        assertThat(callersOfCharge(Shop.class)).noneMatch((found) -> found.contains("." + caller));
    }

    @Test
    void aConstructorIsNamed() {
        assertThat(callersOfCharge(Shop.class)).anyMatch((found) -> found.contains("Shop.constructor (line "));
    }

    @Test
    void anOverrideMayCallWhatItOverrides() {
        assertThat(callersOfCharge(Overriding.class)).isEmpty();
    }

    @Test
    void aMethodThatCallsWhatItsOverrideReplacesIsFound() {
        assertThat(callersOfCharge(PassingOverride.class))
                .singleElement()
                .asString()
                .contains("PassingOverride.other");
    }

    @Test
    void aDefaultMethodThatCallsAnotherIsFound() {
        assertThat(callersOfCharge(WithDefaults.class))
                .singleElement()
                .asString()
                .contains("Defaults.twice");
    }

    @Test
    void aClassWhoseFileIsNotThereOrCannotBeReadSaysNothing() throws Exception {
        assertThat(callersOfCharge(loadedFrom((bytes) -> null))).isEmpty();
        assertThat(callersOfCharge(loadedFrom((bytes) -> new byte[] {1, 2, 3}))).isEmpty();
        assertThat(callersOfCharge(loadedFrom((bytes) -> Arrays.copyOf(bytes, bytes.length / 2))))
                .isEmpty();
        assertThat(callersOfCharge(loadedFrom((bytes) -> bytes))).isNotEmpty();
    }

    @Test
    void itIsAFindingOfTheOperationThatEndsNothing() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(CallAutoConfiguration.class))
                .withBean(TraceContributor.class)
                .withBean("shop", PassingOverride.class)
                .run((context) -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getBean(OperationRegistry.class)
                                    .find("shop.charge")
                                    .findings())
                            .singleElement()
                            .satisfies((finding) -> {
                                assertThat(finding.code()).isEqualTo(ProblemCode.SELF_INVOCATION);
                                assertThat(finding.message())
                                        .startsWith("charge is called on 'this' by SelfInvocationsTests.PassingOverride"
                                                + ".other (line ");
                            });
                });
    }

    private static List<String> callersOfCharge(Class<?> type) {
        Method method = ClassUtils.getMethod(type, "charge", long.class, String.class);
        return new SelfInvocations().of(type, method);
    }

    /** The class once more, by a loader that gives other bytes to those who read its file. */
    private static Class<?> loadedFrom(Function<byte[], byte @Nullable []> file) throws Exception {
        String name = Small.class.getName();
        byte[] bytes;
        try (InputStream in = Small.class.getResourceAsStream(ClassUtils.getClassFileName(Small.class))) {
            bytes = in.readAllBytes();
        }
        ClassLoader loader = new ClassLoader(SelfInvocationsTests.class.getClassLoader()) {

            @Override
            protected Class<?> loadClass(String wanted, boolean resolve) throws ClassNotFoundException {
                if (!wanted.equals(name)) {
                    return super.loadClass(wanted, resolve);
                }
                Class<?> loaded = findLoadedClass(wanted);
                return (loaded != null) ? loaded : defineClass(name, bytes, 0, bytes.length);
            }

            @Override
            public @Nullable InputStream getResourceAsStream(String resource) {
                byte[] given = file.apply(bytes);
                return (given != null) ? new java.io.ByteArrayInputStream(given) : null;
            }
        };
        return Class.forName(name, false, loader);
    }

    static class Base {

        public void inherited() {
            charge(1, "");
        }

        @Traced
        public void charge(long amount, String who) {}
    }

    @SuppressWarnings("unused")
    static class Shop extends Base {

        private final Shop self = this;

        private int state;

        Shop() {
            charge(0, "");
        }

        @Override
        @Traced
        public void charge(long amount, String who) {}

        public void charge(String who) {}

        void plainly() {
            charge(1, "a");
        }

        void withArgumentsThatAreCalls() {
            double[] factors = {1.5, 2};
            this.charge((long) (factors[0] * System.nanoTime() + this.state++ % 7), String.valueOf(new Object()));
        }

        void withAChoiceBetweenArguments(boolean which, @Nullable String who) {
            this.charge(which ? 1L : 2L, (who != null && !who.isEmpty()) ? who : "nobody");
        }

        void afterTryAndCatch() {
            try (InputStream in = InputStream.nullInputStream()) {
                this.state = in.read();
            } catch (IOException ex) {
                this.state = -1;
            } finally {
                charge(2, "b");
            }
        }

        void inASwitch(int which) {
            charge(
                    switch (which) {
                        case 1 -> 7L;
                        case 900 -> 8L;
                        default -> throw new IllegalArgumentException();
                    },
                    "c");
        }

        Runnable inALambda() {
            return () -> charge(1, "d");
        }

        LongConsumer asAMethodReference() {
            java.util.function.BiConsumer<Long, String> reference = this::charge;
            return (amount) -> reference.accept(amount, "e");
        }

        void inALoop() {
            for (long i = 0; i < 3; i++) {
                synchronized (this) {
                    charge(i, "f" + i);
                }
            }
        }

        void onAnInjectedReference() {
            this.self.charge(1, "a");
        }

        static void onAnotherInstance(Shop other) {
            other.charge(1, "a");
        }

        java.util.function.BiConsumer<Long, String> onAnotherInstanceAsAMethodReference(Shop other) {
            return other::charge;
        }

        void ofAnotherMethodOfThatName() {
            charge("a");
        }

        void onAResultOfAChoice(boolean which, Shop one, Shop other) {
            (which ? one : other).charge(1, "a");
        }
    }

    static class Overriding extends Overridden {

        @Override
        @Traced
        public void charge(long amount, String who) {
            super.charge(amount, who);
        }
    }

    static class Overridden {

        public void charge(long amount, String who) {}
    }

    static class PassingOverride extends Overridden {

        @Override
        @Traced
        public void charge(long amount, String who) {}

        void other() {
            super.charge(1, "a");
        }
    }

    interface Defaults {

        @Traced
        void charge(long amount, String who);

        default void twice() {
            charge(1, "a");
        }
    }

    static class WithDefaults implements Defaults {

        @Override
        public void charge(long amount, String who) {}
    }

    public static class Small {

        public void other() {
            charge(1, "a");
        }

        public void charge(long amount, String who) {}
    }
}
