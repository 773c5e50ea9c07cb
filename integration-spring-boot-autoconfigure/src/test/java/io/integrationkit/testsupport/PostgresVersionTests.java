package io.integrationkit.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The tests run on the version they are said to run on: another one on the class path would make them prove nothing. */
class PostgresVersionTests {

    private static final String EXPECTED = System.getProperty("tests.postgres", "18");

    @Test
    void theServerIsOfTheVersionThatIsAskedFor() {
        assertThat(PostgresDatabase.access().jdbc().queryForObject("SHOW server_version", String.class))
                .startsWith(EXPECTED + ".");
    }
}
