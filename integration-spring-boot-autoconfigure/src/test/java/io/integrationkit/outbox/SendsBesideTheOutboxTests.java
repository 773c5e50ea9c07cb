package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.call.Finding;
import io.integrationkit.jdbc.JdbcAccess;
import io.integrationkit.testsupport.H2Database;
import io.integrationkit.testsupport.KafkaBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import net.bytebuddy.implementation.MethodCall;
import net.bytebuddy.matcher.ElementMatchers;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaOperations;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.core.ProducerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/** What a send beside the outbox is, and where it is said to be. */
class SendsBesideTheOutboxTests {

    private static final String HERE = SendsBesideTheOutboxTests.class.getName() + ".";

    private final JdbcAccess access = H2Database.access();

    private final DualWriteGuard guard = new DualWriteGuard(this.access);

    private final TransactionTemplate transaction = new TransactionTemplate(this.access.transactionManager());

    private final DualWriteInterceptor interceptor = interceptor(() -> this.guard);

    private static DualWriteInterceptor interceptor(Supplier<DualWriteGuard> guard) {
        DualWriteInterceptor interceptor = new DualWriteInterceptor();
        DefaultKafkaProducerFactory<Object, Object> factory = new DefaultKafkaProducerFactory<>(new HashMap<>());
        DualWriteInterceptor.watch(factory, guard);
        interceptor.configure(factory.getConfigurationProperties());
        return interceptor;
    }

    @Test
    void transactionOfAnotherDatabaseIsNone() {
        new TransactionTemplate(H2Database.access().transactionManager())
                .executeWithoutResult((status) -> send("orders"));
        assertThat(this.guard.findings()).isEmpty();
        this.transaction.executeWithoutResult((status) -> send("orders"));
        assertThat(places()).singleElement().asString().startsWith(HERE + "send:");
    }

    @Test
    void guardIsNotAskedForWithoutATransaction() {
        DualWriteInterceptor unasked = interceptor(() -> {
            throw new AssertionError("asked");
        });
        ProducerRecord<Object, Object> sent = new ProducerRecord<>("orders", "x");
        assertThat(unasked.onSend(sent)).isSameAs(sent);
    }

    /** Whatever stands between: a loop of the JDK, a proxy of an interface, one of a class. */
    @Test
    void placeIsInTheCodeOfTheApplication() {
        String topic = KafkaBroker.newTopic(1);
        DefaultKafkaProducerFactory<Object, Object> factory = factory();
        DualWriteInterceptor.watch(factory, () -> this.guard);
        KafkaTemplate<Object, Object> template = new OwnTemplate(factory);
        this.transaction.executeWithoutResult((status) -> {
            throughALoop(template, topic);
            throughAnInterface(template, topic);
            throughASubclass(template, topic);
        });
        template.flush();
        factory.destroy();
        assertThat(places())
                .hasSize(3)
                .anyMatch((place) -> place.startsWith(HERE + "throughALoop:"))
                .anyMatch((place) -> place.startsWith(HERE + "throughAnInterface:"))
                .anyMatch((place) -> place.startsWith(HERE + "throughASubclass:"));
    }

    private static void throughALoop(KafkaTemplate<Object, Object> template, String topic) {
        List.of(new ProducerRecord<Object, Object>(topic, "x")).forEach(template::send);
    }

    private static void throughAnInterface(KafkaTemplate<Object, Object> template, String topic) {
        proxy(template, false).send(new ProducerRecord<>(topic, "x"));
    }

    private static void throughASubclass(KafkaTemplate<Object, Object> template, String topic) {
        proxy(template, true).send(new ProducerRecord<>(topic, "x"));
    }

    @SuppressWarnings("unchecked")
    private static KafkaOperations<Object, Object> proxy(KafkaTemplate<Object, Object> template, boolean subclass) {
        ProxyFactory proxies = new ProxyFactory(template);
        proxies.setProxyTargetClass(subclass);
        return (KafkaOperations<Object, Object>) proxies.getProxy();
    }

    @Test
    void placesAreKeptUpToAHundred() {
        this.transaction.executeWithoutResult((status) -> {
            for (int i = 0; i < 120; i++) {
                newPlace(i).run();
            }
        });
        assertThat(places()).hasSize(100);
    }

    /** Code of its own that sends. */
    private Runnable newPlace(int number) {
        try {
            return new ByteBuddy()
                    .subclass(Runnable.class)
                    .name("com.example.Place" + number)
                    .method(ElementMatchers.named("run"))
                    .intercept(MethodCall.invoke(DualWriteInterceptor.class.getMethod("onSend", ProducerRecord.class))
                            .on(this.interceptor)
                            .withReference(new ProducerRecord<>("orders", "x")))
                    .make()
                    .load(DualWriteInterceptor.class.getClassLoader(), ClassLoadingStrategy.Default.WRAPPER)
                    .getLoaded()
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException ex) {
            throw new IllegalStateException(ex);
        }
    }

    private static DefaultKafkaProducerFactory<Object, Object> factory() {
        return new DefaultKafkaProducerFactory<>(Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, KafkaBroker.address(),
                ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class,
                ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, StringSerializer.class));
    }

    @Test
    void guardThatFailsBreaksNoSend() {
        DefaultKafkaProducerFactory<Object, Object> factory = factory();
        List<String> asked = new ArrayList<>();
        DualWriteInterceptor.watch(factory, () -> {
            asked.add("now");
            throw new IllegalStateException("no guard");
        });
        String topic = KafkaBroker.newTopic(1);
        try (Producer<Object, Object> producer = factory.createProducer()) {
            this.transaction.executeWithoutResult((status) ->
                    assertThat(producer.send(new ProducerRecord<>(topic, "x"))).succeedsWithin(Duration.ofMinutes(1)));
        } finally {
            factory.destroy();
        }
        assertThat(asked).hasSize(1);
    }

    @Test
    void interceptorsOfTheApplicationStayHoweverTheyAreGiven() {
        assertThat(watched(null)).containsExactly(DualWriteInterceptor.class);
        assertThat(watched(" ")).containsExactly(DualWriteInterceptor.class);
        assertThat(watched("com.example.A , com.example.B"))
                .containsExactly("com.example.A", "com.example.B", DualWriteInterceptor.class);
        assertThat(watched(List.of("com.example.A", String.class)))
                .containsExactly("com.example.A", String.class, DualWriteInterceptor.class);
        assertThat(watched(String.class)).containsExactly(String.class, DualWriteInterceptor.class);
    }

    private List<Object> watched(@Nullable Object configured) {
        Map<String, Object> settings = new HashMap<>();
        if (configured != null) {
            settings.put(ProducerConfig.INTERCEPTOR_CLASSES_CONFIG, configured);
        }
        DefaultKafkaProducerFactory<Object, Object> factory = new DefaultKafkaProducerFactory<>(settings);
        DualWriteInterceptor.watch(factory, () -> this.guard);
        return List.copyOf((List<?>) factory.getConfigurationProperties()
                .getOrDefault(ProducerConfig.INTERCEPTOR_CLASSES_CONFIG, List.of()));
    }

    private void send(String topic) {
        this.interceptor.onSend(new ProducerRecord<>(topic, "x"));
    }

    private List<String> places() {
        return this.guard.findings().stream().map(Finding::subject).toList();
    }

    /** As an application may have one; its proxy bears its name. */
    static class OwnTemplate extends KafkaTemplate<Object, Object> {

        OwnTemplate(ProducerFactory<Object, Object> factory) {
            super(factory);
        }
    }
}
