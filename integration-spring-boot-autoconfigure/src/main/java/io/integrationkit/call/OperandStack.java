package io.integrationkit.call;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.springframework.asm.Opcodes;

/**
 * The operand stack of a method while its bytecode is read, as far as it matters: which of its slots certainly hold
 * {@code this}.
 */
final class OperandStack {

    private boolean[] slots = new boolean[16];

    private int size;

    void push(boolean self) {
        if (this.size == this.slots.length) {
            this.slots = Arrays.copyOf(this.slots, this.size * 2);
        }
        this.slots[this.size++] = self;
    }

    void pushOthers(int count) {
        for (int i = 0; i < count; i++) {
            push(false);
        }
    }

    boolean pop() {
        return this.size > 0 && this.slots[--this.size];
    }

    void pop(int count) {
        for (int i = 0; i < count; i++) {
            pop();
        }
    }

    /** Whether the slot that lies this deep holds {@code this}; 0 is the top. */
    boolean isSelf(int depth) {
        return depth < this.size && this.slots[this.size - 1 - depth];
    }

    boolean[] copy() {
        return Arrays.copyOf(this.slots, this.size);
    }

    /** Goes on with the stack of another place, or with an empty one. */
    void restore(boolean @Nullable [] saved) {
        this.size = 0;
        if (saved != null) {
            for (boolean self : saved) {
                push(self);
            }
        }
    }

    /** Carries out an instruction without operands. */
    void apply(int opcode) {
        switch (opcode) {
            case Opcodes.DUP -> duplicate(1, 0);
            case Opcodes.DUP_X1 -> duplicate(1, 1);
            case Opcodes.DUP_X2 -> duplicate(1, 2);
            case Opcodes.DUP2 -> duplicate(2, 0);
            case Opcodes.DUP2_X1 -> duplicate(2, 1);
            case Opcodes.DUP2_X2 -> duplicate(2, 2);
            case Opcodes.SWAP -> {
                boolean top = pop();
                boolean below = pop();
                push(top);
                push(below);
            }
            default -> {
                int effect = effect(opcode);
                pop(effect / 10);
                pushOthers(effect % 10);
            }
        }
    }

    /** Puts the uppermost slots once more, below as many others as given. */
    private void duplicate(int count, int below) {
        boolean[] top = new boolean[count + below];
        for (int i = 0; i < top.length; i++) {
            top[i] = pop();
        }
        for (int i = count - 1; i >= 0; i--) {
            push(top[i]);
        }
        for (int i = top.length - 1; i >= 0; i--) {
            push(top[i]);
        }
    }

    /** Slots taken, times ten, and slots left. */
    private static int effect(int opcode) {
        if (opcode >= Opcodes.ACONST_NULL && opcode <= Opcodes.DCONST_1) {
            return isWide(opcode, Opcodes.LCONST_0, Opcodes.LCONST_1, Opcodes.DCONST_0, Opcodes.DCONST_1) ? 2 : 1;
        }
        if (opcode >= Opcodes.IALOAD && opcode <= Opcodes.SALOAD) {
            return isWide(opcode, Opcodes.LALOAD, Opcodes.DALOAD) ? 22 : 21;
        }
        if (opcode >= Opcodes.IASTORE && opcode <= Opcodes.SASTORE) {
            return isWide(opcode, Opcodes.LASTORE, Opcodes.DASTORE) ? 40 : 30;
        }
        if (opcode >= Opcodes.IADD && opcode <= Opcodes.DREM) {
            return isLongOrDouble(opcode - Opcodes.IADD) ? 42 : 21;
        }
        if (opcode >= Opcodes.INEG && opcode <= Opcodes.DNEG) {
            return isLongOrDouble(opcode - Opcodes.INEG) ? 22 : 11;
        }
        return switch (opcode) {
            case Opcodes.POP, Opcodes.MONITORENTER, Opcodes.MONITOREXIT -> 10;
            case Opcodes.POP2 -> 20;
            case Opcodes.ISHL, Opcodes.ISHR, Opcodes.IUSHR, Opcodes.IAND, Opcodes.IOR, Opcodes.IXOR -> 21;
            case Opcodes.LSHL, Opcodes.LSHR, Opcodes.LUSHR -> 32;
            case Opcodes.LAND, Opcodes.LOR, Opcodes.LXOR -> 42;
            case Opcodes.I2L, Opcodes.I2D, Opcodes.F2L, Opcodes.F2D -> 12;
            case Opcodes.L2I, Opcodes.L2F, Opcodes.D2I, Opcodes.D2F, Opcodes.FCMPL, Opcodes.FCMPG -> 21;
            case Opcodes.L2D, Opcodes.D2L -> 22;
            case Opcodes.I2F, Opcodes.F2I, Opcodes.I2B, Opcodes.I2C, Opcodes.I2S, Opcodes.ARRAYLENGTH -> 11;
            case Opcodes.LCMP, Opcodes.DCMPL, Opcodes.DCMPG -> 41;
            default -> 0;
        };
    }

    /** Arithmetic comes in groups of four: int, long, float, double. */
    private static boolean isLongOrDouble(int distance) {
        return distance % 2 == 1;
    }

    private static boolean isWide(int opcode, int... wide) {
        for (int each : wide) {
            if (each == opcode) {
                return true;
            }
        }
        return false;
    }
}
