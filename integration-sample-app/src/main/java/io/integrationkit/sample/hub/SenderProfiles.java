package io.integrationkit.sample.hub;

import io.integrationkit.reliable.Reliable;
import io.integrationkit.reliable.SafeToRetry;
import org.springframework.stereotype.Service;
import org.springframework.web.client.RestClient;

/** Knows what the senders of events are called. Nice to have: where the chat does not say, the login must do. */
@Service
class SenderProfiles {

    private final RestClient client;

    private final ChatEndpoint chat;

    SenderProfiles(RestClient.Builder builder, ChatEndpoint chat) {
        this.client = builder.build();
        this.chat = chat;
    }

    @Reliable(policy = "profiles", safeToRetry = SafeToRetry.YES, fallback = "login")
    public String displayName(String login) {
        Profile profile =
                this.client.get().uri(this.chat.profileOf(login)).retrieve().body(Profile.class);
        return (profile != null) ? profile.name() : login;
    }

    /** Answers when the name cannot be had in time: the chat is down, slow, or asked too often. */
    String login(String login) {
        return login;
    }

    /**
     * What the chat knows about somebody.
     *
     * @param name the display name
     */
    record Profile(String name) {}
}
