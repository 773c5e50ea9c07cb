package io.integrationkit.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.integrationkit.testsupport.PostgresDatabase;

class PostgresShardLeasesTests extends SessionLockContract {

    PostgresShardLeasesTests() {
        super(PostgresDatabase.access());
    }

    /** The view shows the halves of a key. */
    @Override
    void endHolder(long key) {
        assertThat(this.access.jdbc().queryForList("""
                        SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' \
                        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) \
                        AND ((classid::bigint << 32) | objid::bigint) = ?""", key)).hasSize(1);
    }
}
