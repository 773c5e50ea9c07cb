package io.integrationkit.testsupport;

import io.micrometer.observation.ObservationHandler.FirstMatchingCompositeObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.handler.PropagatingReceiverTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelPropagator;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;

/** A tracer that keeps what ended. */
public final class Spans implements SpanExporter {

    private static final Duration PATIENCE = Duration.ofSeconds(40);

    /** The name under which spans call the trace of {@link #TRACEPARENT}. */
    public static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    /** Id of the span of {@link #TRACEPARENT}. */
    public static final String SENDER = "b7ad6b7169203331";

    /** Header of a message that was sent within a span. */
    public static final String TRACEPARENT = "00-" + TRACE + "-" + SENDER + "-01";

    private final List<SpanData> ended = new CopyOnWriteArrayList<>();

    private final ObservationRegistry registry = ObservationRegistry.create();

    /** Who is told of observations, once there is a {@link #tracer}. */
    public ObservationRegistry registry() {
        return this.registry;
    }

    /** Makes the tracer; to be called once. */
    public Tracer tracer() {
        SdkTracerProvider provider = SdkTracerProvider.builder()
                .addSpanProcessor(SimpleSpanProcessor.create(this))
                .build();
        io.opentelemetry.api.trace.Tracer otel = provider.get("test");
        OtelTracer tracer = new OtelTracer(otel, new OtelCurrentTraceContext(), (event) -> {});
        OtelPropagator propagator =
                new OtelPropagator(ContextPropagators.create(W3CTraceContextPropagator.getInstance()), otel);
        this.registry
                .observationConfig()
                .observationHandler(new FirstMatchingCompositeObservationHandler(
                        new PropagatingReceiverTracingObservationHandler<>(tracer, propagator),
                        new DefaultTracingObservationHandler(tracer)));
        return tracer;
    }

    /** Waits for so many spans whose names begin like this. */
    public List<SpanData> await(String name, int count) {
        Awaitility.await().atMost(PATIENCE).until(() -> starting(name).size() >= count);
        return starting(name);
    }

    private List<SpanData> starting(String name) {
        return this.ended.stream()
                .filter((span) -> span.getName().startsWith(name))
                .toList();
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
        this.ended.addAll(spans);
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
    }
}
