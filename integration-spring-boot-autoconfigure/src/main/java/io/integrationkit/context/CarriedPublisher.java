package io.integrationkit.context;

import java.util.function.Supplier;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;

/**
 * A publisher that is made and subscribed to with what a call takes along: most sources do their work, or hand it to a
 * client, when they are subscribed to.
 *
 * @param carried what is bound to the subscribing thread, until the subscription returns
 * @param source makes what is subscribed to, for each subscription; must not throw
 */
public record CarriedPublisher(Carried carried, Supplier<Publisher<Object>> source) implements Publisher<Object> {

    @Override
    public void subscribe(Subscriber<? super Object> subscriber) {
        try (Scope scope = this.carried.open()) {
            this.source.get().subscribe(subscriber);
        }
    }
}
