package io.integrationkit.sample.hub;

import io.integrationkit.idempotency.Idempotent;
import io.integrationkit.idempotency.KeyScope;
import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.util.StringUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Takes notes of operators. A client that got no answer sends its request again, with the same key. */
@RestController
class NoteController {

    private final NoteTable notes;

    NoteController(NoteTable notes) {
        this.notes = notes;
    }

    /**
     * Writes a note, once for each {@code Idempotency-Key}: note, key and answer commit together, so that nothing is
     * written twice even if the hub dies in the middle. Its keys are remembered for a day, as
     * {@code static/notes.html} tells clients, and shared by all of them, since the sample knows none.
     *
     * @param draft the note
     * @return the note and its place
     */
    @PostMapping("/api/notes")
    @Idempotent(ttl = "24h", scope = KeyScope.GLOBAL)
    @Transactional
    public ResponseEntity<Note> add(@RequestBody Note.Draft draft) {
        if (!StringUtils.hasText(draft.key()) || !StringUtils.hasText(draft.text())) {
            throw new ResponseStatusException(HttpStatus.UNPROCESSABLE_CONTENT, "A note has a key and a text");
        }
        Note note = this.notes.add(draft);
        return ResponseEntity.created(URI.create("/api/notes/" + note.id())).body(note);
    }

    /**
     * Tells a note. A read does no harm twice, and so needs no key.
     *
     * @param id number of the note
     * @return the note, if there is one
     */
    @GetMapping("/api/notes/{id}")
    public ResponseEntity<Note> get(@PathVariable long id) {
        return ResponseEntity.of(this.notes.find(id));
    }
}
