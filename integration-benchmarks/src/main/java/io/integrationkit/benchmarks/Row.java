package io.integrationkit.benchmarks;

/** The rows of the table, in its order, with the benchmark each is measured by. */
enum Row {
    PLAIN("plain call, no proxy", FloorBenchmark.class, "plain"),
    FLOOR("**the floor**: proxy, empty interceptor", FloorBenchmark.class, "emptyInterceptor"),
    RETRY("`@Reliable`, retry only", ReliableBenchmark.class, "retry"),
    FULL("`@Reliable`, full", ReliableBenchmark.class, "full"),
    OWN("full, an application for each thread", ReliableBenchmark.class, "fullOnOwnOperation"),
    FULL_UNBOUND("full, no correlation id yet", ReliableBenchmark.class, "fullWithoutCorrelationId"),
    HISTOGRAM("full, Prometheus histogram", ReliableBenchmark.class, "fullWithHistogram"),
    TENTH("full, a tenth fail at first", ReliableBenchmark.class, "fullFailingTenth"),
    TIMEOUT("full, attempt timeout", ReliableBenchmark.class, "fullWithAttemptTimeout"),
    ASYNC("full, `CompletableFuture`", AsyncReliableBenchmark.class, "full"),
    INNER_ADVICE("full, inner advice", SurroundedReliableBenchmark.class, "fullWithInnerAdvice"),
    OBSERVED("full, observation handler", SurroundedReliableBenchmark.class, "fullWithObservationHandler"),
    TRACED("full, spans of a tracer that records nothing", SurroundedReliableBenchmark.class, "fullWithSpans"),
    SPRING_RETRY("Spring `@Retryable`", SpringRetryableBenchmark.class, "retry"),
    RESILIENCE4J_RETRY("Resilience4j `@Retry`", Resilience4jBenchmark.class, "retry"),
    RESILIENCE4J_FULL("Resilience4j, four annotations", Resilience4jBenchmark.class, "fourAnnotations"),
    FAILSAFE_DIRECT("Failsafe retry + breaker, no proxy", FailsafeBenchmark.class, "retryAndBreaker"),
    FAILING("fails twice: `@Reliable`, retry only", ReliableBenchmark.class, "failsTwice"),
    SPRING_FAILING("fails twice: Spring `@Retryable`", SpringRetryableBenchmark.class, "failsTwice"),
    RESILIENCE4J_FAILING("fails twice: Resilience4j `@Retry`", Resilience4jBenchmark.class, "failsTwice"),
    FAILSAFE_FAILING("fails twice: Failsafe, no proxy", FailsafeBenchmark.class, "failsTwice"),
    KNOWN("`@Idempotent`, a known result", IdempotentBenchmark.class, "known"),
    CACHED("Spring `@Cacheable` over Caffeine", SpringCacheableBenchmark.class, "known"),
    MEMORY_INBOX("inbox in memory, a known message", MemoryInboxBenchmark.class, "known"),
    CAFFEINE("Caffeine `getIfPresent`, a known message", MemoryInboxBenchmark.class, "caffeine");

    private final String label;

    private final String benchmark;

    Row(String label, Class<?> type, String method) {
        this.label = label;
        this.benchmark = type.getName() + "." + method;
    }

    String label() {
        return this.label;
    }

    String benchmark() {
        return this.benchmark;
    }
}
