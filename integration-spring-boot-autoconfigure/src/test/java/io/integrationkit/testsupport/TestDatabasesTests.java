package io.integrationkit.testsupport;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.jdbc.Database;
import io.integrationkit.jdbc.JdbcAccess;
import org.junit.jupiter.api.Test;

class TestDatabasesTests {

    @Test
    void postgresIsRealAndEachCallerHasADatabaseOfItsOwn() {
        JdbcAccess first = PostgresDatabase.access();
        JdbcAccess second = PostgresDatabase.access();
        first.jdbc().execute("CREATE TABLE mine (id integer)");
        second.jdbc().execute("CREATE TABLE mine (id integer)");
        assertThat(Database.of(first.dataSource())).isEqualTo(Database.POSTGRESQL);
    }

    @Test
    void mariaDbIsRealAndEachCallerHasADatabaseOfItsOwn() {
        JdbcAccess first = MariaDbDatabase.access();
        JdbcAccess second = MariaDbDatabase.access();
        first.jdbc().execute("CREATE TABLE mine (id integer)");
        second.jdbc().execute("CREATE TABLE mine (id integer)");
        assertThat(Database.of(first.dataSource())).isEqualTo(Database.MARIADB);
    }

    @Test
    void h2IsFreshForEachCaller() {
        H2Database.access().jdbc().execute("CREATE TABLE mine (id integer)");
        JdbcAccess second = H2Database.access();
        second.jdbc().execute("CREATE TABLE mine (id integer)");
        assertThat(Database.of(second.dataSource())).isEqualTo(Database.H2);
    }
}
