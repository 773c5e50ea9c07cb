package io.integrationkit.sample.hub;

import io.integrationkit.deduplicate.Deduplicate;
import io.integrationkit.outbox.Outbox;
import io.integrationkit.outbox.OutboxMessage;
import java.util.Optional;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Takes a delivery in: remembered, counted and published in one transaction, or not at all. */
@Service
class DeliveryIntake {

    private final ActivityTable activity;

    private final Outbox outbox;

    DeliveryIntake(ActivityTable activity, Outbox outbox) {
        this.activity = activity;
        this.outbox = outbox;
    }

    /**
     * Takes a delivery in. The row of its key stays locked until the commit, so that events of one key are published in
     * the order of their sequence.
     *
     * @param delivery the delivery
     * @return its place among the deliveries of its key, or nothing if it was taken before
     */
    @Transactional
    @Deduplicate(id = "#delivery.id")
    public Optional<Long> accept(Delivery delivery) {
        long sequence = this.activity.add(delivery.key(), delivery.event(), delivery.action());
        GithubEvent event = GithubEvent.of(delivery, sequence);
        this.outbox.publish(OutboxMessage.of("github." + delivery.event(), GithubEvent.TOPIC, event)
                .withVersion(GithubEvent.VERSION)
                .withKey(delivery.key()));
        return Optional.of(sequence);
    }
}
