package io.integrationkit.reliable;

/** A value that cannot work; who knows where it was set makes a message for the user of it. */
final class InvalidSettingException extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final String setting;

    private final String rule;

    private InvalidSettingException(String setting, String rule) {
        super(setting + " must be " + rule);
        this.setting = setting;
        this.rule = rule;
    }

    static void check(boolean valid, String setting, String rule) {
        if (!valid) {
            throw new InvalidSettingException(setting, rule);
        }
    }

    /** Last part of the configuration key. */
    String setting() {
        return this.setting;
    }

    /** What the value must be. */
    String rule() {
        return this.rule;
    }
}
