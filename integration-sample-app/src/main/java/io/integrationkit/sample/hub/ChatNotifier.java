package io.integrationkit.sample.hub;

import io.integrationkit.idempotency.Idempotent;
import io.integrationkit.reliable.Reliable;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.stereotype.Component;

/**
 * Tells the chat of each event. Holds no transaction while it waits for the answer; what the chat refuses for good
 * becomes a dead letter, and while its circuit breaker is open the listener pauses.
 */
@Component
class ChatNotifier {

    private final ChatClient chat;

    private final SenderProfiles profiles;

    ChatNotifier(ChatClient chat, SenderProfiles profiles) {
        this.chat = chat;
        this.profiles = profiles;
    }

    @KafkaListener(id = "chat", topics = GithubEvent.TOPIC, concurrency = "${hub.partitions}")
    @Reliable("chat")
    @Idempotent(key = "#messageId", lease = "10s")
    public void notify(@Payload GithubEvent event, @Header("ce_id") String messageId) {
        String login = event.senderLogin();
        String sender = (login != null) ? this.profiles.displayName(login) : null;
        this.chat.post(ChatMessage.of(event, sender), messageId);
    }
}
