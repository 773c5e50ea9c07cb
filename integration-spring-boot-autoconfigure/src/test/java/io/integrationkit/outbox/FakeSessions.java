package io.integrationkit.outbox;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.jdbc.core.JdbcOperations;

/** Session locks as the test says who holds them, so that every database can be tested with them. */
final class FakeSessions {

    private final Map<Long, String> holders = new LinkedHashMap<>();

    private final Set<String> behindAProxy = new HashSet<>();

    private final Set<String> broken = new HashSet<>();

    private Runnable whileAsked = () -> {};

    /** What happens each time between a question for holders and its answer. */
    void whileAsked(Runnable action) {
        this.whileAsked = action;
    }

    /** The locks as the session of that name sees them. */
    SessionLock of(String session) {
        return new SeenFrom(session);
    }

    /** The session ends; nothing it asks from now on is answered until it is repaired. */
    void kill(String session) {
        this.holders.values().removeIf(session::equals);
        this.broken.add(session);
    }

    void repair(String session) {
        this.broken.remove(session);
    }

    /** What the session takes from now on is held by another one. */
    void putBehindAProxy(String session) {
        this.behindAProxy.add(session);
    }

    @Nullable
    Long keyOf(String session) {
        return this.holders.entrySet().stream()
                .filter((entry) -> entry.getValue().equals(session))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }

    private final class SeenFrom implements SessionLock {

        private final String session;

        SeenFrom(String session) {
            this.session = session;
        }

        @Override
        public void take(JdbcOperations jdbc, long key) {
            answer();
            FakeSessions.this.holders.put(
                    key, FakeSessions.this.behindAProxy.contains(this.session) ? "proxy" : this.session);
        }

        @Override
        public void giveUp(JdbcOperations jdbc, long key) {
            FakeSessions.this.holders.remove(key, this.session);
        }

        @Override
        public Map<Long, Holder> holders(JdbcOperations jdbc, Collection<Long> keys) {
            answer();
            FakeSessions.this.whileAsked.run();
            Map<Long, Holder> seen = new HashMap<>();
            keys.forEach((key) -> seen.put(key, holder(FakeSessions.this.holders.get(key))));
            return seen;
        }

        private Holder holder(@Nullable String holder) {
            if (holder == null) {
                return Holder.NOBODY;
            }
            return holder.equals(this.session) ? Holder.HERE : Holder.ELSEWHERE;
        }

        private void answer() {
            if (FakeSessions.this.broken.contains(this.session)) {
                throw new DataAccessResourceFailureException("the session of " + this.session + " has ended");
            }
        }
    }
}
