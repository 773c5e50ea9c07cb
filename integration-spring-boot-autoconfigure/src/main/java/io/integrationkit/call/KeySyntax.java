package io.integrationkit.call;

import io.integrationkit.failure.ProblemCode;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.spel.SpelNode;
import org.springframework.expression.spel.ast.Assign;
import org.springframework.expression.spel.ast.BeanReference;
import org.springframework.expression.spel.ast.CompoundExpression;
import org.springframework.expression.spel.ast.ConstructorReference;
import org.springframework.expression.spel.ast.FunctionReference;
import org.springframework.expression.spel.ast.Indexer;
import org.springframework.expression.spel.ast.MethodReference;
import org.springframework.expression.spel.ast.OpDec;
import org.springframework.expression.spel.ast.OpInc;
import org.springframework.expression.spel.ast.Projection;
import org.springframework.expression.spel.ast.PropertyOrFieldReference;
import org.springframework.expression.spel.ast.Selection;
import org.springframework.expression.spel.ast.TypeReference;
import org.springframework.expression.spel.ast.VariableReference;

/** What a key expression may say; checked on its tree, so that a mistake is found at start-up and shown in its place. */
final class KeySyntax {

    /** Element of a projection or selection. */
    private static final String THIS = "#this";

    private static final Set<Class<? extends SpelNode>> DOING = Set.of(
            Assign.class,
            BeanReference.class,
            ConstructorReference.class,
            FunctionReference.class,
            MethodReference.class,
            OpDec.class,
            OpInc.class,
            TypeReference.class);

    private final Operation operation;

    private final String attribute;

    private final String text;

    private final Map<String, Integer> parameters = new LinkedHashMap<>();

    private final Map<String, Variable> used = new LinkedHashMap<>();

    KeySyntax(Operation operation, String attribute, String text, @Nullable String further) {
        this.operation = operation;
        this.attribute = attribute;
        this.text = text;
        Parameter[] declared = operation.method().getParameters();
        for (int i = 0; i < declared.length; i++) {
            if (declared[i].isNamePresent()) {
                this.parameters.put(declared[i].getName(), i);
            }
        }
        for (int i = 0; i < declared.length; i++) {
            this.parameters.putIfAbsent("p" + i, i);
            this.parameters.putIfAbsent("a" + i, i);
        }
        if (further != null) {
            this.parameters.putIfAbsent(further, declared.length);
        }
    }

    /**
     * A variable the expression reads.
     *
     * @param name name without {@code #}
     * @param index which argument it is
     */
    record Variable(String name, int index) {}

    List<Variable> check(SpelNode tree) {
        visit(tree, false);
        if (this.used.isEmpty()) {
            throw wrong("it reads no parameter, so that all calls would have the same key", 0);
        }
        return List.copyOf(this.used.values());
    }

    private void visit(SpelNode node, boolean insideElement) {
        if (DOING.contains(node.getClass())) {
            throw wrong("a key expression can only read properties", node.getStartPosition());
        }
        if (node instanceof VariableReference variable) {
            use(variable, insideElement);
        } else if (node instanceof PropertyOrFieldReference property && !insideElement) {
            throw wrong("'%s' belongs to nothing".formatted(property.getName()), property.getStartPosition());
        }
        boolean named = node instanceof CompoundExpression;
        boolean element =
                insideElement || node instanceof Projection || node instanceof Selection || node instanceof Indexer;
        for (int i = 0; i < node.getChildCount(); i++) {
            SpelNode child = node.getChild(i);
            boolean property = named && i > 0 && child instanceof PropertyOrFieldReference;
            visit(child, element || property);
        }
    }

    private void use(VariableReference variable, boolean insideElement) {
        String reference = variable.toStringAST();
        String name = reference.substring(1);
        Integer index = this.parameters.get(name);
        if (index != null) {
            this.used.put(name, new Variable(name, index));
        } else if (!(insideElement && reference.equals(THIS))) {
            throw wrong("there is no parameter '%s'".formatted(name), variable.getStartPosition(), suggestion(name));
        }
    }

    private @Nullable String suggestion(String name) {
        String nearest = Spelling.nearest(name, this.parameters.keySet());
        return (nearest != null) ? "Did you mean #%s?".formatted(nearest) : null;
    }

    InvalidOperationException wrong(String why, int position) {
        return wrong(why, position, null);
    }

    private InvalidOperationException wrong(String why, int position, @Nullable String suggestion) {
        int column = Math.max(0, Math.min(position, this.text.length()));
        String message = "%s of %s is wrong: %s%n    %s%n    %s^"
                .formatted(this.attribute, this.operation, why, this.text, " ".repeat(column));
        return new InvalidOperationException(ProblemCode.INVALID_EXPRESSION, message, action(suggestion));
    }

    private String action(@Nullable String suggestion) {
        List<String> sentences = new ArrayList<>();
        if (suggestion != null) {
            sentences.add(suggestion);
        }
        String variables =
                this.parameters.keySet().stream().map((name) -> "#" + name).collect(Collectors.joining(", "));
        sentences.add(
                variables.isEmpty()
                        ? "Give the method a parameter to take the key from."
                        : "Write it with %s, such as \"#order.id\" or \"{#tenant, #order.id}\".".formatted(variables));
        return String.join(" ", sentences);
    }
}
