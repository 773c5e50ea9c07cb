package io.integrationkit.benchmarks.outbox;

/** What is published: 300 ASCII characters that begin with the number of the message within its key, from 1. */
final class Message {

    private static final int SIZE = 300;

    private static final int DIGITS = 12;

    private static final String FILLER =
            "|abcdefghijklmnopqrstuvwxyz0123456789".repeat(8).substring(0, SIZE - DIGITS);

    private Message() {}

    static String text(long number) {
        String digits = Long.toString(number);
        return "0".repeat(DIGITS - digits.length()) + digits + FILLER;
    }

    static long number(byte[] payload) {
        long number = 0;
        for (int i = 0; i < DIGITS; i++) {
            number = number * 10 + (payload[i] - '0');
        }
        return number;
    }

    /** The tag names the measurement, so that each can be told from all others on the one topic. */
    static String key(String tag, int account) {
        return tag + "-" + account;
    }

    static boolean belongsTo(String tag, String key) {
        return key.length() > tag.length() && key.charAt(tag.length()) == '-' && key.startsWith(tag);
    }
}
