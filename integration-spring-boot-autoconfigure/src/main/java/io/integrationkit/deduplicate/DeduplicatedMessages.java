package io.integrationkit.deduplicate;

import io.integrationkit.call.InvalidOperationException;
import io.integrationkit.call.Operation;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.call.PlanContributor;
import io.integrationkit.call.Setting;
import io.integrationkit.call.SettingSources;
import io.integrationkit.call.StagePosition;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.jdbc.JdbcAccess;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.transaction.annotation.AnnotationTransactionAttributeSource;
import org.springframework.transaction.interceptor.TransactionAttribute;
import org.springframework.transaction.interceptor.TransactionAttributeSource;

/** Gives operations with {@link Deduplicate} the stage that lets each message in once. */
public final class DeduplicatedMessages implements PlanContributor {

    private static final String PREFIX = "integration.deduplicate.";

    private final Inbox inbox;

    private final DeduplicationSpec spec;

    private final SettingSources sources;

    private final DeduplicationStatistics statistics;

    private final TransactionAttributeSource transactions = new AnnotationTransactionAttributeSource(false);

    /**
     * Creates the contributor.
     *
     * @param inbox remembers the messages
     * @param spec how long it does
     * @param sources where that was set
     * @param statistics counts the duplicates
     */
    public DeduplicatedMessages(
            Inbox inbox, DeduplicationSpec spec, SettingSources sources, DeduplicationStatistics statistics) {
        this.inbox = inbox;
        this.spec = spec;
        this.sources = sources;
        this.statistics = statistics;
    }

    @Override
    public void contribute(Operation operation, PlanBuilder plan) {
        Deduplicate annotation = operation.annotation(Deduplicate.class);
        if (annotation == null) {
            return;
        }
        JdbcAccess access = this.inbox.transactions();
        requireDoneOnReturn(operation, access != null);
        String consumer = annotation.consumer().isBlank() ? operation.name() : annotation.consumer();
        MessageIds ids = MessageIds.of(operation, consumer, annotation.id());
        if (ids.batch() != null) {
            BatchSignature.check(operation, annotation.onDuplicate());
        }
        DuplicateAnswer duplicate = DuplicateAnswer.of(operation, annotation.onDuplicate());
        Intake intake = new Intake(this.inbox, ids, duplicate, this.statistics.of(consumer));
        if (access != null) {
            TransactionAttribute transaction =
                    this.transactions.getTransactionAttribute(operation.method(), operation.beanType());
            plan.stage(
                    StagePosition.TRANSACTIONAL_DEDUPLICATE,
                    (next) -> new TransactionalDeduplicateStage(next, intake, access, transaction));
        } else {
            plan.stage(StagePosition.DEDUPLICATE, (next) -> new DeduplicateStage(next, intake));
        }
        show(annotation, consumer, ids, plan);
    }

    private void show(Deduplicate annotation, String consumer, MessageIds ids, PlanBuilder plan) {
        plan.setting("deduplicate.consumer", consumer, attribute("consumer", annotation.consumer()));
        plan.setting("deduplicate.id", ids.description(), attribute("id", annotation.id()));
        BatchParameter batch = ids.batch();
        if (batch != null) {
            plan.setting("deduplicate.batch", "duplicates are left out of #" + batch.name(), Setting.DEFAULT);
        }
        plan.setting(
                "deduplicate.on-duplicate",
                annotation.onDuplicate(),
                (annotation.onDuplicate() == OnDuplicate.SKIP) ? Setting.DEFAULT : "@Deduplicate(onDuplicate)");
        plan.setting("deduplicate.store", this.inbox.engine(), property("store"));
        if (this.inbox instanceof RedisInbox) {
            plan.setting("deduplicate.redis-lease", this.spec.redisLease(), property("redis-lease"));
        }
        if (this.inbox.durable()) {
            plan.setting("deduplicate.retention", this.spec.retention(), property("retention"));
        } else {
            plan.setting("deduplicate.max-entries", this.spec.maxEntries(), property("max-entries"));
        }
    }

    private static String attribute(String name, String value) {
        return value.isBlank() ? Setting.DEFAULT : "@Deduplicate(" + name + ")";
    }

    private String property(String name) {
        String source = this.sources.sourceOf(PREFIX + name);
        return (source != null) ? source : Setting.DEFAULT;
    }

    private static void requireDoneOnReturn(Operation operation, boolean transactional) {
        Class<?> type = operation.method().getReturnType();
        boolean stage = CompletionStage.class.isAssignableFrom(type);
        boolean later = stage
                || Future.class.isAssignableFrom(type)
                || ReactiveAdapterRegistry.getSharedInstance().getAdapter(type) != null;
        if (later && (transactional || !stage)) {
            throw new InvalidOperationException(
                    ProblemCode.INVALID_SETTING,
                    "%s is @Deduplicate and returns %s: the message would count as handled before the work is done"
                            .formatted(operation, type.getSimpleName()),
                    "Put @Deduplicate on a method that has done its work when it returns"
                            + (stage ? ", or keep messages in memory: integration.deduplicate.store=memory." : "."));
        }
    }
}
