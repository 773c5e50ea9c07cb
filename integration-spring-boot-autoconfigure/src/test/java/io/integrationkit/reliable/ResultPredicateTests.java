package io.integrationkit.reliable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.SimpleCalls;
import io.integrationkit.failure.ProblemCode;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;

class ResultPredicateTests {

    private final DefaultListableBeanFactory beanFactory = new DefaultListableBeanFactory();

    private final Jobs jobs = new Jobs();

    @ParameterizedTest
    @CsvSource({"isPending, PENDING, true", "isPending, DONE, false", "isPendingFor, PENDING, true", "isNull,, true"})
    void theMethodTakesTheResultAndMaybeTheArgumentsBeforeIt(String name, String result, boolean again)
            throws Throwable {
        assertThat(find(name, "status").test(this.jobs, new Object[] {"job-7"}, result))
                .isEqualTo(again);
    }

    @Test
    void aMethodOfAnotherBeanMayJudge() throws Throwable {
        this.beanFactory.registerBeanDefinition("judge", new RootBeanDefinition(Judge.class, Judge::new));
        assertThat(find("judge.again", "status").test(this.jobs, new Object[] {"x"}, "PENDING"))
                .isTrue();
    }

    @Test
    void aResultThatComesLaterIsJudgedByItsValue() throws Throwable {
        assertThat(find("isPending", "later").test(this.jobs, new Object[0], "PENDING"))
                .isTrue();
        assertThat(find("isPending", "stage").test(this.jobs, new Object[0], "DONE"))
                .isFalse();
    }

    @Test
    void whatTheMethodThrowsIsThrownItself() {
        assertThatExceptionOfType(FileNotFoundException.class)
                .isThrownBy(() -> find("throwing", "status").test(this.jobs, new Object[] {"x"}, "DONE"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "isPendin   | status  | has no method 'isPendin'; did you mean 'isPending'?",
                "boxed      | status  | there is [Boolean boxed(String)]",
                "answers    | status  | there is [String answers(String)]",
                "isOther    | status  | there is [boolean isOther(Integer)]",
                "isPrimitive| count   | there is [boolean isPrimitive(int)]",
                "isTwice    | status  | 2 methods of that name fit",
                "isPending  | run     | the operation has no result",
            })
    void aMethodThatDoesNotFitEndsStartUp(String name, String operation, String reason) {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> find(name, operation))
                .withMessageContaining("The retryOnResult '%s' of operation 'bean.%s' does not fit: ", name, operation)
                .withMessageContaining(reason)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.FALLBACK_NOT_FOUND));
    }

    @Test
    void theExpectedSignaturesAreNamed() {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> find("isPendin", "status"))
                .satisfies((ex) -> assertThat(ex.action())
                        .isEqualTo("Declare one of: boolean isPendin(String); boolean isPendin(String, String)"));
    }

    private ResultPredicate find(String name, String method) {
        Operation operation = SimpleCalls.operation(Jobs.class, method);
        return ResultPredicate.find(name, operation, new BeanMethods(this.beanFactory));
    }

    static class Jobs {

        public String status(String id) {
            return "";
        }

        public @Nullable Integer count() {
            return null;
        }

        public void run() {}

        public CompletableFuture<String> later() {
            return new CompletableFuture<>();
        }

        public CompletionStage<String> stage() {
            return later();
        }

        private boolean isPending(String status) {
            return status.equals("PENDING");
        }

        private boolean isPendingFor(String id, String status) {
            return id.equals("job-7") && isPending(status);
        }

        boolean isNull(@Nullable String status) {
            return status == null;
        }

        boolean throwing(String status) throws IOException {
            throw new FileNotFoundException();
        }

        Boolean boxed(String status) {
            return true;
        }

        String answers(String status) {
            return "";
        }

        boolean isOther(Integer status) {
            return true;
        }

        boolean isPrimitive(int count) {
            return true;
        }

        boolean isTwice(String status) {
            return true;
        }

        boolean isTwice(CharSequence status) {
            return true;
        }
    }

    static class Judge {

        public boolean again(String status) {
            return status.equals("PENDING");
        }
    }
}
