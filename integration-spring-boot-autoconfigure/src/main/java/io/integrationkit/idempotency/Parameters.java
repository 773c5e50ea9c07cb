package io.integrationkit.idempotency;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The parameters of a statement in their order, each of a type that is known without asking the server. */
final class Parameters {

    private final List<Parameter> all = new ArrayList<>();

    private interface Parameter {

        void set(PreparedStatement statement, int index) throws SQLException;
    }

    Parameters text(@Nullable String value) {
        this.all.add((statement, index) -> statement.setString(index, value));
        return this;
    }

    Parameters bytes(byte @Nullable [] value) {
        this.all.add((statement, index) -> statement.setBytes(index, value));
        return this;
    }

    Parameters number(long value) {
        this.all.add((statement, index) -> statement.setLong(index, value));
        return this;
    }

    Parameters and(Parameters others) {
        this.all.addAll(others.all);
        return this;
    }

    void set(PreparedStatement statement) throws SQLException {
        for (int index = 0; index < this.all.size(); index++) {
            this.all.get(index).set(statement, index + 1);
        }
    }
}
