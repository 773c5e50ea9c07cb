package io.integrationkit.sample.demo;

import io.integrationkit.sample.downstream.Effect;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a run is judged by.
 *
 * @param deliveries what was to be sent, each once
 * @param sent what was sent and answered
 * @param effects what the downstream did, in order
 * @param everDeadLettered delivery ids that were ever given up
 * @param openDeadLetters delivery ids that are given up and not replayed
 * @param pending delivery ids still on their way
 * @param projected what the projection counted in this run
 */
public record Evidence(
        List<WebhookDelivery> deliveries,
        SentLog sent,
        List<Effect> effects,
        Set<String> everDeadLettered,
        Set<String> openDeadLetters,
        Set<String> pending,
        Map<KeyAndEvent, Long> projected) {}
