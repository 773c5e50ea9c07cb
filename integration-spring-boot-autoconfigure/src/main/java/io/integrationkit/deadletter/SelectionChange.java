package io.integrationkit.deadletter;

import java.util.List;
import java.util.function.ToIntFunction;

/** A change of a selection, oldest first, a page in one transaction; used by one thread, once. */
final class SelectionChange {

    static final int PAGE = 200;

    private final Pages pages;

    private final ToIntFunction<List<String>> change;

    SelectionChange(Pages pages, ToIntFunction<List<String>> change) {
        this.pages = pages;
        this.change = change;
    }

    /** Changes so many at most and tells how many it changed; an interrupt ends it after the page under way. */
    int run(int limit) {
        int changed = 0;
        int left = limit;
        long position = 0;
        while (left > 0 && !Thread.currentThread().isInterrupted()) {
            int size = Math.min(left, PAGE);
            List<DeadLetter> page = this.pages.after(position, size);
            changed += this.change.applyAsInt(page.stream().map(DeadLetter::id).toList());
            if (page.size() < size) {
                break;
            }
            position = page.get(size - 1).position();
            left -= size;
        }
        return changed;
    }

    /** Finds the entries after a position. */
    @FunctionalInterface
    interface Pages {

        List<DeadLetter> after(long position, int size);
    }
}
