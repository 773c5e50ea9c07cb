package io.integrationkit.call;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.asm.ConstantDynamic;
import org.springframework.asm.Handle;
import org.springframework.asm.Label;
import org.springframework.asm.MethodVisitor;
import org.springframework.asm.Opcodes;
import org.springframework.asm.SpringAsmInfo;
import org.springframework.asm.Type;

/**
 * Reads a method's bytecode and tells of each method that it calls on {@code this}, or makes a method reference of. It
 * follows the operand stack from the first instruction to the last; where two ways meet, what came with the jump counts.
 */
final class CallsOnSelf extends MethodVisitor {

    private final boolean instanceMethod;

    private final Consumer<Call> calls;

    private final OperandStack stack = new OperandStack();

    private final Map<Label, boolean[]> stacks = new HashMap<>();

    private int line;

    CallsOnSelf(boolean instanceMethod, Consumer<Call> calls) {
        super(SpringAsmInfo.ASM_VERSION);
        this.instanceMethod = instanceMethod;
        this.calls = calls;
    }

    @Override
    public void visitLineNumber(int number, Label start) {
        this.line = number;
    }

    @Override
    public void visitTryCatchBlock(Label start, Label end, Label handler, @Nullable String type) {
        this.stacks.put(handler, new boolean[1]);
    }

    @Override
    public void visitLabel(Label label) {
        boolean[] saved = this.stacks.get(label);
        if (saved != null) {
            this.stack.restore(saved);
        }
    }

    @Override
    public void visitInsn(int opcode) {
        boolean leaves = (opcode >= Opcodes.IRETURN && opcode <= Opcodes.RETURN) || opcode == Opcodes.ATHROW;
        if (leaves) {
            this.stack.restore(null);
        } else {
            this.stack.apply(opcode);
        }
    }

    @Override
    public void visitIntInsn(int opcode, int operand) {
        if (opcode == Opcodes.NEWARRAY) {
            this.stack.pop();
        }
        this.stack.push(false);
    }

    @Override
    public void visitVarInsn(int opcode, int variable) {
        switch (opcode) {
            case Opcodes.ALOAD -> this.stack.push(this.instanceMethod && variable == 0);
            case Opcodes.ILOAD, Opcodes.FLOAD -> this.stack.push(false);
            case Opcodes.LLOAD, Opcodes.DLOAD -> this.stack.pushOthers(2);
            case Opcodes.LSTORE, Opcodes.DSTORE -> this.stack.pop(2);
            case Opcodes.ISTORE, Opcodes.FSTORE, Opcodes.ASTORE -> this.stack.pop();
            default -> {}
        }
    }

    @Override
    public void visitTypeInsn(int opcode, String type) {
        if (opcode == Opcodes.CHECKCAST) {
            return;
        }
        if (opcode != Opcodes.NEW) {
            this.stack.pop();
        }
        this.stack.push(false);
    }

    @Override
    public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
        int size = Type.getType(descriptor).getSize();
        switch (opcode) {
            case Opcodes.GETSTATIC -> this.stack.pushOthers(size);
            case Opcodes.PUTSTATIC -> this.stack.pop(size);
            case Opcodes.GETFIELD -> {
                this.stack.pop();
                this.stack.pushOthers(size);
            }
            default -> this.stack.pop(size + 1);
        }
    }

    @Override
    public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean onInterface) {
        this.stack.pop(argumentSlots(descriptor));
        if (opcode != Opcodes.INVOKESTATIC && this.stack.pop()) {
            this.calls.accept(new Call(owner, name, descriptor, this.line));
        }
        this.stack.pushOthers(Type.getReturnType(descriptor).getSize());
    }

    @Override
    public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
        int captured = argumentSlots(descriptor);
        if (captured > 0 && this.stack.isSelf(captured - 1)) {
            for (Object argument : arguments) {
                if (argument instanceof Handle handle && handle.getTag() != Opcodes.H_INVOKESTATIC) {
                    this.calls.accept(new Call(handle.getOwner(), handle.getName(), handle.getDesc(), this.line));
                }
            }
        }
        this.stack.pop(captured);
        this.stack.pushOthers(Type.getReturnType(descriptor).getSize());
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
        switch (opcode) {
            case Opcodes.GOTO, Opcodes.JSR -> {}
            case Opcodes.IFEQ,
                    Opcodes.IFNE,
                    Opcodes.IFLT,
                    Opcodes.IFGE,
                    Opcodes.IFGT,
                    Opcodes.IFLE,
                    Opcodes.IFNULL,
                    Opcodes.IFNONNULL -> this.stack.pop();
            default -> this.stack.pop(2);
        }
        this.stacks.putIfAbsent(label, this.stack.copy());
        if (opcode == Opcodes.GOTO) {
            this.stack.restore(null);
        }
    }

    @Override
    public void visitLdcInsn(Object value) {
        boolean wide = value instanceof Long
                || value instanceof Double
                || (value instanceof ConstantDynamic constant && constant.getSize() == 2);
        this.stack.pushOthers(wide ? 2 : 1);
    }

    @Override
    public void visitTableSwitchInsn(int min, int max, Label fallback, Label... labels) {
        switchTo(fallback, labels);
    }

    @Override
    public void visitLookupSwitchInsn(Label fallback, int[] keys, Label[] labels) {
        switchTo(fallback, labels);
    }

    private void switchTo(Label fallback, Label[] labels) {
        this.stack.pop();
        boolean[] copy = this.stack.copy();
        this.stacks.putIfAbsent(fallback, copy);
        for (Label label : labels) {
            this.stacks.putIfAbsent(label, copy);
        }
        this.stack.restore(null);
    }

    @Override
    public void visitMultiANewArrayInsn(String descriptor, int dimensions) {
        this.stack.pop(dimensions);
        this.stack.push(false);
    }

    private static int argumentSlots(String descriptor) {
        int slots = 0;
        for (Type type : Type.getArgumentTypes(descriptor)) {
            slots += type.getSize();
        }
        return slots;
    }

    /** A method that is called on {@code this}, as the bytecode names it. */
    record Call(String owner, String name, String descriptor, int line) {}
}
