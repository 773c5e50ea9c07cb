package io.integrationkit.listener;

import io.integrationkit.failure.ProblemCode;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Topics an application names in its settings.
 *
 * @param exact names that are written out
 * @param any those that are not; an asterisk stands for any characters
 */
record TopicNames(List<String> exact, List<Pattern> any) {

    private static final Pattern LEGAL = Pattern.compile("[A-Za-z0-9._-]{1,249}");

    private static final Pattern WITH_ASTERISK = Pattern.compile("[A-Za-z0-9._*-]{1,249}");

    static TopicNames of(String property, List<String> configured) {
        List<String> exact = new ArrayList<>();
        List<Pattern> any = new ArrayList<>();
        for (String item : configured) {
            String name = item.strip();
            if (legal(name)) {
                exact.add(name);
            } else if (name.contains("*")
                    && WITH_ASTERISK.matcher(name).matches()
                    && !name.replace("*", "").isEmpty()) {
                any.add(Pattern.compile(name.replace(".", "\\.").replaceAll("\\*+", ".*")));
            } else {
                throw new ListenerConfigurationException(
                        ProblemCode.INVALID_SETTING,
                        "%s has the item '%s', which is no name of a topic".formatted(property, name),
                        "Write names of topics into %s; an asterisk stands for any characters, as in '*-dlt', but not for a whole name."
                                .formatted(property));
            }
        }
        return new TopicNames(List.copyOf(exact), List.copyOf(any));
    }

    static boolean legal(String topic) {
        return LEGAL.matcher(topic).matches() && !topic.equals(".") && !topic.equals("..");
    }

    boolean contains(String topic) {
        return this.exact.contains(topic)
                || this.any.stream()
                        .anyMatch((pattern) -> pattern.matcher(topic).matches());
    }

    boolean isEmpty() {
        return this.exact.isEmpty() && this.any.isEmpty();
    }

    /** All of them as one pattern. */
    Pattern pattern() {
        List<String> parts = new ArrayList<>();
        this.exact.forEach((name) -> parts.add(Pattern.quote(name)));
        this.any.forEach((pattern) -> parts.add(pattern.pattern()));
        return Pattern.compile(parts.stream().collect(Collectors.joining("|")));
    }
}
