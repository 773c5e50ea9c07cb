package io.integrationkit.actuate;

/** Text from outside as part of one line of log: short, and without what could forge another line. */
final class OneLine {

    private static final int LONGEST = 200;

    private OneLine() {}

    static String of(String text) {
        return text.strip()
                .codePoints()
                .limit(LONGEST)
                .map((point) -> endsLine(point) ? '?' : point)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean endsLine(int point) {
        return Character.isISOControl(point) || point == '\u2028' || point == '\u2029';
    }
}
