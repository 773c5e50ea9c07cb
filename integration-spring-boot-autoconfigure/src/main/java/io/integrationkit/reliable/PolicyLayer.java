package io.integrationkit.reliable;

import io.integrationkit.call.Setting;
import java.util.function.UnaryOperator;

/**
 * One level of the configuration.
 *
 * @param settings what it says
 * @param source tells where it says it, by name of the setting
 */
record PolicyLayer(PolicySettings settings, UnaryOperator<String> source) {

    /** The lowest level: what is in force where nobody said anything. */
    static final PolicyLayer STANDARD = new PolicyLayer(PolicySettings.STANDARD, (name) -> Setting.DEFAULT);
}
