package io.integrationkit.sample.hub;

import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/** The notes of the operators. Nothing but the key of the request keeps one from being written twice. */
@Repository
class NoteTable {

    private static final String ADD = "INSERT INTO note (outbox_key, text) VALUES (:key, :text) RETURNING id";

    private static final String FIND = "SELECT id, outbox_key AS key, text FROM note WHERE id = :id";

    private final JdbcClient jdbc;

    NoteTable(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /**
     * Writes a note.
     *
     * @param draft the note
     * @return the note with its number
     */
    Note add(Note.Draft draft) {
        long id = this.jdbc
                .sql(ADD)
                .param("key", draft.key())
                .param("text", draft.text())
                .query(Long.class)
                .single();
        return new Note(id, draft.key(), draft.text());
    }

    /**
     * Finds a note.
     *
     * @param id number of the note
     * @return the note, or nothing
     */
    Optional<Note> find(long id) {
        return this.jdbc.sql(FIND).param("id", id).query(Note.class).optional();
    }
}
