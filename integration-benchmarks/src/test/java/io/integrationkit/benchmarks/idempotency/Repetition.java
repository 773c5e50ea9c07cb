package io.integrationkit.benchmarks.idempotency;

/** One call that was made before. */
@FunctionalInterface
interface Repetition {

    /** Makes the call of this number again. */
    void run(int number) throws Exception;
}
