package io.integrationkit.event;

import java.util.ArrayList;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A batch of events on its way through the handlers: a lane for each key, and one for each handler that takes several
 * events at once. Made and asked by one thread; in between its steps run on any.
 *
 * @param <T> what an event comes in
 */
final class EventBatch<T> {

    private final EventProcessor processor;

    private final List<T> items;

    private final Function<? super T, @Nullable String> destinations;

    private final List<@Nullable ReceivedEvent> events = new ArrayList<>();

    /** Lanes of which it is not known what became of the event in them. */
    private final AtomicIntegerArray open;

    private final List<Queue<Exception>> failures;

    /** Of batches of which nobody knows which event failed. */
    private final Collection<Exception> unassigned = new ConcurrentLinkedQueue<>();

    EventBatch(EventProcessor processor, List<T> items, Function<? super T, @Nullable String> destinations) {
        this.processor = processor;
        this.items = items;
        this.destinations = destinations;
        this.open = new AtomicIntegerArray(items.size());
        this.failures = items.stream()
                .<Queue<Exception>>map((item) -> new ConcurrentLinkedQueue<>())
                .toList();
    }

    /** Makes the lanes: those of keys in the order of their first events, then those of handlers. */
    Collection<List<BooleanSupplier>> lanes(
            Function<? super T, @Nullable ReceivedEvent> reading,
            Function<? super T, ? extends @Nullable Object> keys) {
        Map<Object, List<BooleanSupplier>> byKey = new LinkedHashMap<>();
        Map<HandlerMethod, List<Integer>> byHandler = new LinkedHashMap<>();
        for (int i = 0; i < this.items.size(); i++) {
            int item = i;
            T given = this.items.get(i);
            BooleanSupplier step;
            try {
                ReceivedEvent event = reading.apply(given);
                this.events.add(event);
                step = () -> handled(item, () -> this.processor.processOfBatch(event, this.destinations.apply(given)));
            } catch (RuntimeException ex) {
                this.events.add(null);
                step = () -> failed(item, ex);
            }
            Object key = keys.apply(given);
            this.open.incrementAndGet(item);
            byKey.computeIfAbsent((key != null) ? key : new Object(), (lane) -> new ArrayList<>())
                    .add(step);
            for (HandlerMethod handler : this.processor.batchHandlersOf(this.events.get(item))) {
                this.open.incrementAndGet(item);
                byHandler.computeIfAbsent(handler, (lane) -> new ArrayList<>()).add(item);
            }
        }
        Collection<List<BooleanSupplier>> lanes = new ArrayList<>(byKey.values());
        byHandler.forEach((handler, members) -> lanes.add(List.of(() -> together(handler, members))));
        return lanes;
    }

    private boolean handled(int item, Work work) {
        try {
            work.run();
        } catch (Exception ex) {
            return failed(item, ex);
        }
        this.open.decrementAndGet(item);
        return true;
    }

    private boolean failed(int item, Exception failure) {
        this.failures.get(item).add(failure);
        this.open.decrementAndGet(item);
        return false;
    }

    private boolean together(HandlerMethod handler, List<Integer> members) {
        List<Integer> readable = new ArrayList<>();
        List<Object> payloads = new ArrayList<>();
        List<Map<String, String>> headers = new ArrayList<>();
        for (int item : members) {
            ReceivedEvent event = this.events.get(item);
            if (event == null) {
                continue;
            }
            try {
                payloads.add(this.processor.read(handler, event, this.destinations.apply(this.items.get(item))));
                headers.add(event.headers());
                readable.add(item);
            } catch (RuntimeException ex) {
                failed(item, ex);
            }
        }
        if (readable.isEmpty()) {
            return false;
        }
        Exception failure = this.processor.call(handler, (name) -> null, () -> handler.callAll(payloads, headers));
        if (failure != null) {
            return (readable.size() == 1) ? failed(readable.get(0), failure) : this.unassigned.add(failure);
        }
        readable.forEach(this.open::decrementAndGet);
        return true;
    }

    /**
     * Ends the batch. How an event failed is told only if each of its handlers was called, or cannot be: who gives the
     * event up would take it from the others.
     */
    void requireHandled() {
        List<T> handled = new ArrayList<>();
        List<T> notHandled = new ArrayList<>();
        Map<Object, Exception> failed = new IdentityHashMap<>();
        List<Exception> all = new ArrayList<>(this.unassigned);
        for (int i = 0; i < this.items.size(); i++) {
            List<Exception> ofItem = List.copyOf(this.failures.get(i));
            boolean known = this.open.get(i) == 0;
            (known && ofItem.isEmpty() ? handled : notHandled).add(this.items.get(i));
            if (known && !ofItem.isEmpty()) {
                failed.put(this.items.get(i), this.processor.worst(ofItem));
            }
            all.addAll(ofItem);
        }
        if (!notHandled.isEmpty()) {
            throw this.processor.notHandled(handled, notHandled, failed, all);
        }
    }

    /** What a step does. */
    @FunctionalInterface
    private interface Work {

        void run() throws Exception;
    }
}
