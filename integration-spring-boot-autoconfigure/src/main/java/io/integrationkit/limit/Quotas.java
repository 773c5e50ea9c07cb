package io.integrationkit.limit;

/**
 * How the places of a bulkhead are spread.
 *
 * @param limit all places
 * @param cells number of cells they are spread over, the first ones; a power of two
 * @param mode whether places can be taken
 * @param least what each cell may hold at least; nothing while the counts are being moved
 */
record Quotas(int limit, int cells, Mode mode, int least) {

    /** Fewest places a cell is worth having for. */
    private static final int LEAST = 4;

    private Quotas(int limit, int cells, Mode mode) {
        this(limit, cells, mode, (mode == Mode.CLOSED) ? 0 : limit / cells);
    }

    enum Mode {
        /** Each cell keeps to its quota. */
        SPREAD,
        /** More calls run than there are places; one cell has all of them. */
        DRAINING,
        /** The counts are being moved. */
        CLOSED
    }

    static Quotas spread(int limit, int mostCells) {
        return new Quotas(limit, Math.min(mostCells, Integer.highestOneBit(Math.max(1, limit / LEAST))), Mode.SPREAD);
    }

    static Quotas draining(int limit) {
        return new Quotas(limit, 1, Mode.DRAINING);
    }

    Quotas closed() {
        return new Quotas(this.limit, this.cells, Mode.CLOSED);
    }

    boolean isOpen() {
        return this.mode != Mode.CLOSED;
    }

    int of(int cell) {
        return share(this.limit, cell);
    }

    /** The part of a sum that belongs to a cell when it is spread evenly. */
    int share(int sum, int cell) {
        int whole = sum >> Integer.numberOfTrailingZeros(this.cells);
        return whole + (cell < (sum & (this.cells - 1)) ? 1 : 0);
    }
}
