package io.integrationkit.failure;

/** Text from outside as part of one line of log: short, and without what could forge another line. */
public final class OneLine {

    private OneLine() {}

    /**
     * Makes a text fit for a line of log.
     *
     * @param text the text
     * @param longest most characters that are kept
     * @return the text without blanks around it; what would end the line is a question mark
     */
    public static String of(String text, int longest) {
        return text.strip()
                .codePoints()
                .limit(longest)
                .map((point) -> endsLine(point) ? '?' : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean endsLine(int point) {
        return Character.isISOControl(point) || point == '\u2028' || point == '\u2029';
    }
}
