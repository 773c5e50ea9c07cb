package io.integrationkit.idempotency;

import io.integrationkit.call.Operation;
import io.integrationkit.call.PlanBuilder;
import io.integrationkit.call.Setting;
import io.integrationkit.call.SettingSources;

/** Shows in the plan of an operation how it deals with its keys, and what that guarantees. */
record ShownClaims(
        Operation operation, Idempotent annotation, IdempotencyStore store, SettingSources sources, PlanBuilder plan) {

    private static final String PREFIX = "integration.idempotency.";

    void show(ClaimPolicy policy, TransactionRule rule, DeclaredTimes times) {
        IdempotencySpec spec = policy.spec();
        this.plan.setting(
                "idempotency.key", key(), this.annotation.key().isBlank() ? Setting.DEFAULT : attribute("key"));
        if (!this.annotation.fingerprint().isBlank()) {
            this.plan.setting("idempotency.fingerprint", this.annotation.fingerprint(), attribute("fingerprint"));
        }
        this.plan.setting("idempotency.guarantee", guarantee(policy, rule), "mode, store and after-crash");
        this.plan.setting(
                "idempotency.mode",
                this.annotation.mode(),
                source("mode", IdempotencyMode.AUTO, this.annotation.mode()));
        this.plan.setting(
                "idempotency.scope",
                this.annotation.scope(),
                source("scope", KeyScope.DEFAULT, this.annotation.scope()));
        this.plan.setting("idempotency.ttl", spec.ttl(), source(this.annotation.ttl(), "ttl"));
        this.plan.setting("idempotency.lease", spec.lease(), source(this.annotation.lease(), "lease"));
        this.plan.setting("idempotency.max-wait", spec.maxWait(), source("", "max-wait"));
        this.plan.setting(
                "idempotency.on-concurrent",
                policy.onConcurrent(),
                source("onConcurrent", OnConcurrent.WAIT, policy.onConcurrent()));
        this.plan.setting(
                "idempotency.after-crash",
                policy.afterCrash(),
                source("afterCrash", AfterCrash.RE_EXECUTE, policy.afterCrash()));
        this.plan.setting("idempotency.store", this.store.engine(), source("", "store"));
    }

    private String key() {
        if (!this.annotation.key().isBlank()) {
            return this.annotation.key();
        }
        return ControllerMethods.isControllerMethod(this.operation)
                ? "header " + RequestKeys.HEADER
                : "given with the call";
    }

    private String guarantee(ClaimPolicy policy, TransactionRule rule) {
        String leased = leased(policy);
        if (rule.certain()) {
            return "exactly once: claim, effect and result commit together";
        }
        return rule.possible()
                ? "exactly once inside a transaction of the caller, which has to commit; without one: " + leased
                : leased;
    }

    private String leased(ClaimPolicy policy) {
        if (!this.store.durable()) {
            return "once in this process; a restart forgets the keys";
        }
        return switch (policy.afterCrash()) {
            case RE_EXECUTE -> "once; again if the process dies in the middle";
            case REFUSE -> "at most once; unknown if the process dies in the middle";
            case RECONCILE -> "once; if the process dies in the middle, as the reconciler finds";
        };
    }

    private static String attribute(String name) {
        return "@Idempotent(" + name + ")";
    }

    private static String source(String attribute, Enum<?> standard, Enum<?> value) {
        return (value == standard) ? Setting.DEFAULT : attribute(attribute);
    }

    private String source(String attribute, String name) {
        if (!attribute.isBlank()) {
            return attribute(name);
        }
        String source = this.sources.sourceOf(PREFIX + name);
        return (source != null) ? source : Setting.DEFAULT;
    }
}
