package io.integrationkit.failure;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;

/**
 * The headers in which callees tell about a rate limit. Three forms are in use: the structured
 * {@code RateLimit: "default";r=0;t=30} of the newer IETF drafts and {@code RateLimit: remaining=0, reset=30} of the
 * ones before; {@code RateLimit-Remaining} and {@code RateLimit-Reset} of the first drafts, in seconds from now; and
 * {@code X-RateLimit-*} from before any draft, where the reset is seconds from now, or since 1970 in seconds or
 * milliseconds. No limit resets in thirty years, so the size of the number tells which.
 */
final class RateLimitHeaders {

    private static final String STRUCTURED = "RateLimit";

    private static final List<String> REMAINING = List.of("RateLimit-Remaining", "X-RateLimit-Remaining");

    private static final List<String> RESET = List.of("RateLimit-Reset", "X-RateLimit-Reset");

    /** At most so many digits that a {@code long} and a {@code double} hold them exactly. */
    private static final Pattern NUMBER = Pattern.compile("\\d{1,15}(\\.\\d{1,9})?");

    /** Names of quotas, in which anything may stand. */
    private static final Pattern QUOTED = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");

    private static final Pattern LEFT = parameter("r");

    private static final Pattern UNTIL_RESET = parameter("t");

    /** One dictionary instead of a list: {@code limit=100, remaining=0, reset=30}. */
    private static final Pattern DICTIONARY_LEFT = parameter("remaining");

    private static final Pattern DICTIONARY_RESET = parameter("reset");

    private static final double SECONDS_SINCE_1970 = 1e9;

    private static final double MILLIS_SINCE_1970 = 1e12;

    private final InstantSource clock;

    RateLimitHeaders(InstantSource clock) {
        this.clock = clock;
    }

    private static Pattern parameter(String name) {
        return Pattern.compile("(?:^|[;,])\\s*" + name + "\\s*=\\s*(\\d{1,15})(?![\\w.])");
    }

    /** Whether nothing is left of a quota. */
    static boolean usedUp(HttpHeaders headers) {
        for (String name : REMAINING) {
            String value = headers.getFirst(name);
            if (value != null && value.strip().matches("0+(\\.0+)?")) {
                return true;
            }
        }
        String structured = structured(headers);
        return structured != null
                && (isZero(number(DICTIONARY_LEFT, structured))
                        || members(structured).anyMatch((member) -> isZero(number(LEFT, member))));
    }

    /** Time until the quota is filled again, or {@code null} if no header tells it; negative if it was before now. */
    @Nullable
    Duration untilReset(HttpHeaders headers) {
        String structured = structured(headers);
        Duration wait = (structured != null) ? untilReset(structured) : null;
        for (int i = 0; wait == null && i < RESET.size(); i++) {
            String value = headers.getFirst(RESET.get(i));
            wait = (value != null) ? fromNumber(value.strip()) : null;
        }
        return wait;
    }

    /** With several quotas, those that are used up decide, and of them the last to be filled; else the first. */
    private static @Nullable Duration untilReset(String structured) {
        Long dictionary = number(DICTIONARY_RESET, structured);
        if (dictionary != null) {
            return Duration.ofSeconds(dictionary);
        }
        Long usedUp = null;
        Long other = null;
        for (String member : members(structured).toList()) {
            Long reset = number(UNTIL_RESET, member);
            if (reset != null && isZero(number(LEFT, member))) {
                usedUp = (usedUp == null) ? reset : Math.max(usedUp, reset);
            } else if (reset != null) {
                other = (other == null) ? reset : Math.min(other, reset);
            }
        }
        Long seconds = (usedUp != null) ? usedUp : other;
        return (seconds != null) ? Duration.ofSeconds(seconds) : null;
    }

    private @Nullable Duration fromNumber(String value) {
        if (!NUMBER.matcher(value).matches()) {
            return null;
        }
        double number = Double.parseDouble(value);
        if (number < SECONDS_SINCE_1970) {
            return Duration.ofMillis((long) Math.ceil(number * 1000));
        }
        double millis = (number < MILLIS_SINCE_1970) ? number * 1000 : number;
        return Duration.between(this.clock.instant(), Instant.ofEpochMilli((long) Math.ceil(millis)));
    }

    private static @Nullable String structured(HttpHeaders headers) {
        List<String> values = headers.getOrEmpty(STRUCTURED);
        return values.isEmpty()
                ? null
                : QUOTED.matcher(String.join(",", values)).replaceAll("\"\"").toLowerCase(Locale.ROOT);
    }

    private static Stream<String> members(String structured) {
        return Arrays.stream(structured.split(",", -1));
    }

    private static @Nullable Long number(Pattern parameter, String text) {
        Matcher matcher = parameter.matcher(text);
        return matcher.find() ? Long.valueOf(matcher.group(1)) : null;
    }

    private static boolean isZero(@Nullable Long number) {
        return number != null && number == 0;
    }
}
