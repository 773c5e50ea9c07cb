package io.integrationkit.test.event;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.integrationkit.event.EventType;
import io.integrationkit.event.PayloadSteps;
import io.integrationkit.event.Upcaster;
import java.util.List;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * What an application keeps of GitHub's event {@code issues}: version 1 is what GitHub Enterprise Server 3.1 and 3.3
 * sent, version 2 an older github.com, version 3 today's.
 */
@NullMarked
@EventType(value = "github.issues", version = 3, key = "issue.id")
record GithubIssue(String action, Issue issue, Repository repository) {

    record Issue(
            long id,
            int number,
            String title,
            Reactions reactions,
            @Nullable @JsonProperty("active_lock_reason") String lockReason) {}

    record Reactions(@JsonProperty("total_count") int total) {}

    record Repository(@JsonProperty("full_name") String fullName, Visibility visibility, List<String> topics) {}

    enum Visibility {
        @JsonProperty("public")
        PUBLIC,

        @JsonProperty("private")
        PRIVATE,

        @JsonProperty("internal")
        INTERNAL
    }

    /** github.com knows no enterprise, and tells the installation of an app to that app alone. */
    static Upcaster fromEnterpriseServer() {
        return Upcaster.of(
                "github.issues", 1, PayloadSteps.none().drop("/enterprise").drop("/installation"));
    }

    /** Before there were internal repositories, private or not was all there was to say. */
    static Upcaster fromOlderGithub() {
        return Upcaster.of(
                "github.issues",
                2,
                PayloadSteps.none()
                        .withDefault("/issue/active_lock_reason", null)
                        .withDefault("/issue/reactions/total_count", 0)
                        .withDefault("/repository/topics", List.of())
                        .then((payload) -> {
                            boolean hidden = payload.at("/repository/private").asBoolean(false);
                            payload.withObject("/repository").put("visibility", hidden ? "private" : "public");
                            return payload;
                        }));
    }
}
