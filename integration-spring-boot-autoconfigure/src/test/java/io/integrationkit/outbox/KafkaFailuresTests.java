package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.failure.FailureCategory;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NotEnoughReplicasException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;

class KafkaFailuresTests {

    @Test
    void onlyWhatTheBrokerWillSayEachTimeIsARefusal() {
        assertThat(List.of(new RecordTooLargeException("x"), new InvalidTopicException("x")))
                .allSatisfy((failure) ->
                        assertThat(KafkaFailures.classify(failure).category()).isEqualTo(FailureCategory.PERMANENT));
    }

    @Test
    void outagesAndMissingRightsAreWaitedFor() {
        assertThat(List.of(
                        new TimeoutException("x"),
                        new NotEnoughReplicasException("x"),
                        new TopicAuthorizationException("x"),
                        new SaslAuthenticationException("x"),
                        new OutOfOrderSequenceException("x"),
                        new KafkaException("x"),
                        new IllegalStateException("closed")))
                .allSatisfy((failure) -> {
                    assertThat(KafkaFailures.classify(failure).category()).isEqualTo(FailureCategory.TEMPORARY);
                    assertThat(KafkaFailures.classify(failure).effectPossible()).isTrue();
                });
    }
}
