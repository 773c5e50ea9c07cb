package io.integrationkit.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PayloadCodec;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import jakarta.servlet.http.HttpServletRequest;
import java.io.InputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockMultipartFile;
import org.springframework.stereotype.Controller;
import org.springframework.validation.BindingResult;
import org.springframework.web.bind.annotation.CookieValue;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.NativeWebRequest;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;
import org.springframework.web.util.UriComponentsBuilder;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

class RequestKeysTests {

    private final PayloadCodec codec = new PayloadCodec(new JsonMapper());

    private final MockHttpServletRequest request = new MockHttpServletRequest("POST", "/orders/1");

    private final MockHttpServletResponse response = new MockHttpServletResponse();

    @AfterEach
    void unbind() {
        RequestContextHolder.resetRequestAttributes();
    }

    private void bind() {
        RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(this.request, this.response));
    }

    interface Api {

        @PostMapping("/declared")
        void declared(@RequestParam Locale language);
    }

    @RestController
    static class Shop implements Api {

        @Override
        public void declared(Locale language) {}

        @RequestMapping("/framework")
        public void framework(
                HttpServletRequest request,
                MockHttpServletResponse response,
                InputStream body,
                Locale locale,
                HttpHeaders headers,
                NativeWebRequest web,
                BindingResult errors,
                RedirectAttributes model,
                Map<String, Object> modelMap,
                UriComponentsBuilder uris,
                @CookieValue String cookie) {}

        @PostMapping("/content")
        public void content(@RequestBody Map<String, Integer> body) {}

        @PostMapping("/entity")
        public void entity(HttpEntity<List<Integer>> entity) {}

        @PostMapping("/files")
        public void files(@RequestParam List<MultipartFile> files) {}

        @PostMapping("/unwritable")
        public void unwritable(@RequestParam Object thing) {}

        public void noHandler() {}
    }

    @Controller
    static class Reactive {

        @PostMapping("/exchange")
        public void exchange(ServerWebExchange exchange) {}

        @PostMapping("/later")
        public void later(@RequestBody Mono<String> body) {}
    }

    static class NoController {

        @PostMapping("/x")
        public void call() {}
    }

    private static @Nullable RequestKeys keys(Class<?> type, String method) {
        return RequestKeys.of(new Operation(
                "shop." + method,
                "shop",
                type,
                Arrays.stream(type.getDeclaredMethods())
                        .filter((each) -> each.getName().equals(method))
                        .findFirst()
                        .orElseThrow()));
    }

    private String fingerprint(String method, @Nullable Object... arguments) {
        return Objects.requireNonNull(keys(Shop.class, method)).fingerprint(arguments, this.codec);
    }

    @Test
    void onlyMethodsOfControllersThatTakeRequestsHaveKeysFromRequests() {
        assertThat(keys(Shop.class, "content")).isNotNull();
        assertThat(keys(Shop.class, "declared")).isNotNull();
        assertThat(keys(Shop.class, "noHandler")).isNull();
        assertThat(keys(NoController.class, "call")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"exchange", "later"})
    void controllersOfWebFluxEndStartUpWithWhatToDo(String method) {
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> keys(Reactive.class, method))
                .satisfies((ex) -> assertThat(ex.action()).contains("@Idempotent(key)"))
                .withMessageContaining("WebFlux");
    }

    @Test
    void whatTheFrameworkPassesIsLeftOut() {
        bind();
        assertThat(fingerprint("framework", new @Nullable Object[11]))
                .isEqualTo(fingerprint(
                        "framework",
                        this.request,
                        this.response,
                        InputStream.nullInputStream(),
                        Locale.FRENCH,
                        new HttpHeaders(),
                        new ServletRequestAttributes(this.request),
                        new Object(),
                        new Object(),
                        Map.of("a", 1),
                        UriComponentsBuilder.newInstance(),
                        "c"));
    }

    @Test
    void whatTheClientSendsIsCompared() {
        bind();
        assertThat(fingerprint("content", Map.of("a", 1))).isNotEqualTo(fingerprint("content", Map.of("a", 2)));
        assertThat(fingerprint("declared", Locale.FRENCH)).isNotEqualTo(fingerprint("declared", Locale.GERMAN));
    }

    @Test
    void ofAnEntityTheBodyIsComparedAndTheHeadersAreNot() {
        bind();
        HttpHeaders other = new HttpHeaders();
        other.set("Date", "today");
        assertThat(fingerprint("entity", new HttpEntity<>(List.of(1))))
                .isEqualTo(fingerprint("entity", new HttpEntity<>(List.of(1), other)))
                .isNotEqualTo(fingerprint("entity", new HttpEntity<>(List.of(2))));
    }

    @Test
    void filesAreComparedByNameAndContent() {
        bind();
        assertThat(fingerprint("files", List.of(new MockMultipartFile("f", "a", null, new byte[] {1}))))
                .isEqualTo(fingerprint("files", List.of(new MockMultipartFile("f", "a", "text/plain", new byte[] {1}))))
                .isNotEqualTo(fingerprint("files", List.of(new MockMultipartFile("f", "a", null, new byte[] {2}))))
                .isNotEqualTo(fingerprint("files", List.of(new MockMultipartFile("f", "b", null, new byte[] {1}))))
                .isNotEqualTo(fingerprint("files", List.of()));
    }

    @Test
    void anArgumentThatCannotBeWrittenIsNamed() {
        bind();
        assertThatExceptionOfType(InvalidOperationException.class)
                .isThrownBy(() -> fingerprint("unwritable", new Object() {
                    public String getText() {
                        throw new IllegalStateException();
                    }
                }))
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.ARGUMENTS_NOT_SERIALIZABLE))
                .withMessageContaining("Argument 0");
    }

    @Test
    void aSessionInThePathIsNoPartOfTheRequest() {
        bind();
        String plain = fingerprint("content", Map.of());
        this.request.setRequestURI("/orders/1;jsessionid=AB12.n1");
        assertThat(fingerprint("content", Map.of())).isEqualTo(plain);
        this.request.setRequestURI("/orders/1;v=2");
        assertThat(fingerprint("content", Map.of())).isNotEqualTo(plain);
    }

    @Test
    void aCallWithoutARequestHasNoKeyAndSaysWhatToDo() {
        RequestKeys keys = Objects.requireNonNull(keys(Shop.class, "content"));
        assertThatExceptionOfType(ProblemException.class)
                .isThrownBy(keys::key)
                .satisfies((ex) -> assertThat(ex.code()).isEqualTo(ProblemCode.KEY_MISSING))
                .withMessageContaining("shop.content")
                .withMessageContaining("@Idempotent(key)");
        keys.replayed();
        keys.refused(new ProblemException(
                ProblemCode.KEY_REUSED, io.integrationkit.failure.FailureCategory.VALIDATION, "x"));
    }

    @Test
    void aReplayIsMarkedInTheResponse() {
        bind();
        Objects.requireNonNull(keys(Shop.class, "content")).replayed();
        assertThat(this.response.getHeader("Idempotent-Replayed")).isEqualTo("true");
    }
}
