package io.integrationkit.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.reflect.Method;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A handle calls what reflection would call, with the same arguments, and throws what the method throws. */
class DirectCallTests {

    private final Tea tea = new Tea();

    @Test
    void passesPrimitivesAndBoxesTheResult() throws Throwable {
        assertThat(call("sum", 40, 2L)).isEqualTo(42L);
    }

    @Test
    void answersNullForNoResult() throws Throwable {
        assertThat(call("pour")).isNull();
        assertThat(this.tea.cups).isOne();
    }

    @Test
    void passesVariableArgumentsAsTheArrayTheyAre() throws Throwable {
        assertThat(call("join", "a", new String[] {"b", "c"})).isEqualTo("a[b, c]");
        assertThat(call("join", "a", null)).isEqualTo("anull");
    }

    @Test
    void reachesMethodsThatAreNotPublic() throws Throwable {
        assertThat(call("hidden", "x")).isEqualTo("hidden x");
    }

    @Test
    void throwsTheVeryExceptionOfTheMethod() {
        IOException failure = new IOException("cold");
        assertThatThrownBy(() -> call("fail", failure)).isSameAs(failure).hasNoSuppressedExceptions();
    }

    @Test
    void callsWhatABridgeLeadsTo() throws Throwable {
        Method bridge = Stream.of(Doubling.class.getDeclaredMethods())
                .filter(Method::isBridge)
                .findFirst()
                .orElseThrow();
        MethodHandle handle = DirectCall.of(bridge);
        Object doubled = handle.invokeExact((Object) new Doubling(), new Object[] {21});
        assertThat(doubled).isEqualTo(42);
    }

    @Test
    void doesNotForceItsWayIntoAClosedModule() throws Exception {
        Method closed = Class.forName("sun.net.www.MessageHeader").getDeclaredMethod("isRequestline", String.class);
        assertThat(DirectCall.of(closed)).isNull();
    }

    private @Nullable Object call(String name, @Nullable Object... arguments) throws Throwable {
        Method method = Stream.of(Tea.class.getDeclaredMethods())
                .filter((candidate) -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
        return DirectCall.of(method).invokeExact((Object) this.tea, arguments);
    }

    static class Tea {

        int cups;

        public long sum(int one, long other) {
            return one + other;
        }

        public void pour() {
            this.cups++;
        }

        public String join(String first, String... more) {
            return first + (more != null ? List.of(more) : null);
        }

        private String hidden(String what) {
            return "hidden " + what;
        }

        public String fail(IOException failure) throws IOException {
            throw failure;
        }
    }

    static class Doubling implements Function<Integer, Integer> {

        @Override
        public Integer apply(Integer number) {
            return 2 * number;
        }
    }
}
