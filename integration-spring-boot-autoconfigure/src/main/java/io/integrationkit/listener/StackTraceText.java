package io.integrationkit.listener;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What can be read from a printed stack trace. Whatever the text is, something comes out; nothing is looked up by it.
 *
 * @param types class names of the exception and its causes, outermost first
 * @param origin frames of the innermost cause
 */
record StackTraceText(List<String> types, List<StackTraceElement> origin) {

    static final StackTraceText NONE = new StackTraceText(List.of(), List.of());

    private static final String CAUSE = "Caused by: ";

    private static final String FRAME = "\tat ";

    private static final Pattern IN_COMMON = Pattern.compile("\t\\.\\.\\. ([0-9]{1,5}) (?:more|common frames omitted)");

    /** A class name; bounded, so that no text takes long. */
    private static final Pattern TYPE = Pattern.compile("[\\p{L}_$][\\p{L}\\p{N}_$./]{0,299}");

    /** As many as a fingerprint has. */
    private static final int MOST_CAUSES = 8;

    private static final int MOST_FRAMES = 2_000;

    static StackTraceText of(@Nullable String text) {
        return (text != null) ? new Parser().parse(text.lines().iterator()) : NONE;
    }

    /** Returns the class name a line such as {@code a.b.C: message} begins with, {@code null} if it does with none. */
    static @Nullable String type(String line) {
        int colon = line.indexOf(':');
        String name = (colon >= 0) ? line.substring(0, colon) : line.stripTrailing();
        return TYPE.matcher(name).matches() ? name : null;
    }

    /** Frames of nested, suppressed exceptions are indented further, and so passed over. */
    private static final class Parser {

        private final List<String> types = new ArrayList<>();

        private List<StackTraceElement> enclosing = List.of();

        private List<StackTraceElement> frames = new ArrayList<>();

        private int count;

        StackTraceText parse(Iterator<String> lines) {
            if (lines.hasNext()) {
                add(lines.next());
            }
            while (lines.hasNext() && this.count < MOST_FRAMES) {
                String line = lines.next();
                if (line.startsWith(FRAME)) {
                    add(frame(line.substring(FRAME.length())));
                } else if (line.startsWith(CAUSE)) {
                    if (this.types.size() == MOST_CAUSES) {
                        break;
                    }
                    this.enclosing = this.frames;
                    this.frames = new ArrayList<>();
                    add(line.substring(CAUSE.length()));
                } else {
                    addInCommon(IN_COMMON.matcher(line));
                }
            }
            return new StackTraceText(List.copyOf(this.types), List.copyOf(this.frames));
        }

        private void add(String line) {
            String type = type(line);
            if (type != null) {
                this.types.add(type);
            }
        }

        private void add(@Nullable StackTraceElement frame) {
            if (frame != null) {
                this.frames.add(frame);
                this.count++;
            }
        }

        /** The last frames of a cause are those of what it caused. */
        private void addInCommon(Matcher line) {
            if (line.matches()) {
                int from = this.enclosing.size() - Integer.parseInt(line.group(1));
                List<StackTraceElement> common = this.enclosing.subList(Math.max(from, 0), this.enclosing.size());
                this.frames.addAll(common);
                this.count += common.size();
            }
        }

        /** The class may have its loader and module in front of it; one that was generated has a slash of its own. */
        private static @Nullable StackTraceElement frame(String text) {
            int end = text.indexOf('(');
            int dot = (end > 0) ? text.lastIndexOf('.', end) : -1;
            if (dot <= 0) {
                return null;
            }
            String owner = text.substring(0, dot);
            String type = owner.contains("$$") ? owner : owner.substring(owner.lastIndexOf('/') + 1);
            return new StackTraceElement(type, text.substring(dot + 1, end), null, -1);
        }
    }
}
