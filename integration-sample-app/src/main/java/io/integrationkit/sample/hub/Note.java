package io.integrationkit.sample.hub;

/**
 * What an operator has to say about a key.
 *
 * @param id its number
 * @param key the key it is about
 * @param text what was said
 */
record Note(long id, String key, String text) {

    /**
     * A note to be written.
     *
     * @param key the key it is about
     * @param text what is said
     */
    record Draft(String key, String text) {}
}
