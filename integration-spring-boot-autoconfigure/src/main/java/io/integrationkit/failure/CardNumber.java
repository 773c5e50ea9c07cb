package io.integrationkit.failure;

/** Card numbers in a text: 13 to 19 digits with a valid check digit, together or in groups as they are printed on cards. */
final class CardNumber {

    private static final int SHORTEST = 13;

    private static final int LONGEST = 19;

    private CardNumber() {}

    /** Returns where the card number ends that begins at a digit; below zero if none does. */
    static int end(String text, int from) {
        int digits = 0;
        int found = -1;
        int group = 0;
        int groups = 0;
        int evenFromStart = 0;
        int oddFromStart = 0;
        for (int i = from; i < text.length() && digits <= LONGEST; i++) {
            char c = text.charAt(i);
            if (c >= '0' && c <= '9') {
                // Which digits are doubled is known only at the end, so both sums are kept.
                int digit = c - '0';
                int doubled = (digit < 5) ? digit * 2 : digit * 2 - 9;
                evenFromStart += (digits % 2 == 0) ? doubled : digit;
                oddFromStart += (digits % 2 == 0) ? digit : doubled;
                digits++;
                group++;
                boolean ends = !isDigit(text, i + 1);
                int sum = (digits % 2 == 0) ? evenFromStart : oddFromStart;
                if (ends
                        && digits >= SHORTEST
                        && digits <= LONGEST
                        && sum % 10 == 0
                        && !isTime(text, from, i, digits)) {
                    found = i + 1;
                }
            } else if ((c != ' ' && c != '-') || !isDigit(text, i + 1) || !isGroup(groups, group)) {
                break;
            } else {
                groups++;
                group = 0;
            }
        }
        return found;
    }

    /** Groups of four, or of four, six and what is left. */
    private static boolean isGroup(int index, int digits) {
        return digits == 4 || (index == 1 && digits == 6);
    }

    /** Milliseconds since 1970, until the year 2033. */
    private static boolean isTime(String text, int from, int last, int digits) {
        return digits == SHORTEST && last - from == SHORTEST - 1 && text.charAt(from) == '1';
    }

    private static boolean isDigit(String text, int index) {
        return index < text.length() && text.charAt(index) >= '0' && text.charAt(index) <= '9';
    }
}
