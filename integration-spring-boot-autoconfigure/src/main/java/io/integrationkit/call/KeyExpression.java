package io.integrationkit.call;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.expression.EvaluationContext;
import org.springframework.expression.EvaluationException;
import org.springframework.expression.ParseException;
import org.springframework.expression.spel.SpelEvaluationException;
import org.springframework.expression.spel.ast.VariableReference;
import org.springframework.expression.spel.standard.SpelExpression;
import org.springframework.expression.spel.standard.SpelExpressionParser;
import org.springframework.expression.spel.support.SimpleEvaluationContext;

/**
 * An expression (SpEL) that makes a key out of the arguments of a call: {@code #request.orderId},
 * {@code {#tenant, #order.id}}. Compiled and checked once, when the plan of its operation is made.
 *
 * <p>Variables are the names of the parameters, and {@code #p0} or {@code #a0} for the first one. The expression only
 * reads: properties (also accessors of records), indexes, maps and operators; no methods, types, constructors, beans or
 * assignments. Several parts, as a list, an array or a collection, are joined with their lengths, so that {@code a:b}
 * and {@code c} make another key than {@code a} and {@code b:c}.
 *
 * <p>Safe for use by any number of threads.
 */
public final class KeyExpression {

    private final Operation operation;

    private final String attribute;

    private final SpelExpression expression;

    private final List<KeySyntax.Variable> variables;

    private final EvaluationContext context = SimpleEvaluationContext.forReadOnlyDataBinding()
            .withAssignmentDisabled()
            .build();

    /** Index of the one argument that is the key as it stands, or -1. */
    private final int argument;

    private KeyExpression(
            Operation operation, String attribute, SpelExpression expression, List<KeySyntax.Variable> variables) {
        this.operation = operation;
        this.attribute = attribute;
        this.expression = expression;
        this.variables = variables;
        this.argument = (expression.getAST() instanceof VariableReference)
                ? variables.get(0).index()
                : -1;
    }

    /**
     * Compiles and checks an expression.
     *
     * @param operation the operation whose parameters it reads
     * @param attribute where the expression stands, such as {@code @Idempotent(key)}; for messages
     * @param text the expression
     * @return the compiled expression
     * @throws InvalidOperationException if the syntax is wrong, a variable is not a parameter, the expression could do
     *     more than read, or it reads no parameter at all
     */
    public static KeyExpression compile(Operation operation, String attribute, String text) {
        return compile(operation, attribute, text, null);
    }

    /**
     * Compiles and checks an expression that may read one more variable than the parameters. Its value is the last
     * element of the arguments that are evaluated, behind those of the call.
     *
     * @param operation the operation whose parameters it reads
     * @param attribute where the expression stands, for messages
     * @param text the expression
     * @param further name of the variable, without {@code #}; a parameter of that name hides it; {@code null} for none
     * @return the compiled expression
     * @throws InvalidOperationException as {@link #compile(Operation, String, String)} does
     */
    public static KeyExpression compile(Operation operation, String attribute, String text, @Nullable String further) {
        KeySyntax syntax = new KeySyntax(operation, attribute, text, further);
        if (text.isBlank()) {
            throw syntax.wrong("it is empty", 0);
        }
        SpelExpression expression;
        try {
            expression = new SpelExpressionParser().parseRaw(text);
        } catch (ParseException ex) {
            throw syntax.wrong(ex.getSimpleMessage(), ex.getPosition());
        } catch (IllegalStateException ex) {
            throw syntax.wrong("it cannot be read", 0);
        }
        return new KeyExpression(operation, attribute, expression, syntax.check(expression.getAST()));
    }

    /**
     * Tells whether the expression reads what stands at one place of the arguments.
     *
     * @param index which argument
     * @return whether it does
     */
    public boolean reads(int index) {
        return this.variables.stream().anyMatch((variable) -> variable.index() == index);
    }

    /**
     * Makes the key of a call.
     *
     * @param arguments the arguments of the call
     * @return the key, never blank
     * @throws ProblemException {@link ProblemCode#KEY_MISSING} if the key, or a part of it, is null or blank;
     *     {@link ProblemCode#INVALID_EXPRESSION} if the arguments have no such property
     */
    public String evaluate(@Nullable Object[] arguments) {
        String key = find(arguments);
        if (key == null) {
            throw new ProblemException(
                    ProblemCode.KEY_MISSING,
                    FailureCategory.VALIDATION,
                    "%s was called without a key: %s = \"%s\" gave null or a blank text"
                            .formatted(this.operation, this.attribute, this.expression.getExpressionString()));
        }
        return key;
    }

    /**
     * Makes the key of a call, if the call has one.
     *
     * @param arguments the arguments of the call
     * @return the key, or {@code null} if it, or a part of it, is null or blank
     * @throws ProblemException {@link ProblemCode#INVALID_EXPRESSION} if the arguments have no such property
     */
    public @Nullable String find(@Nullable Object[] arguments) {
        if (this.argument >= 0 && arguments[this.argument] instanceof String text) {
            return KeyText.of(text);
        }
        try {
            return KeyText.of(this.expression.getValue(new ArgumentVariables(this.context, this.variables, arguments)));
        } catch (EvaluationException ex) {
            if (isNullOnTheWay(ex)) {
                return null;
            }
            throw cannotBeEvaluated(ex.getSimpleMessage(), ex);
        } catch (KeyText.NoTextException ex) {
            throw cannotBeEvaluated(ex.type().getName() + " has no text of its own to serve as a key", null);
        }
    }

    private static boolean isNullOnTheWay(EvaluationException failure) {
        if (!(failure instanceof SpelEvaluationException ex)) {
            return false;
        }
        return switch (ex.getMessageCode()) {
            case PROPERTY_OR_FIELD_NOT_READABLE_ON_NULL, CANNOT_INDEX_INTO_NULL_VALUE -> true;
            case PROJECTION_NOT_SUPPORTED_ON_TYPE, INVALID_TYPE_FOR_SELECTION ->
                List.of(ex.getInserts()).contains("null");
            default -> false;
        };
    }

    private ProblemException cannotBeEvaluated(String why, @Nullable EvaluationException cause) {
        return new ProblemException(
                ProblemCode.INVALID_EXPRESSION,
                FailureCategory.PERMANENT,
                "%s = \"%s\" of %s cannot be evaluated: %s"
                        .formatted(this.attribute, this.expression.getExpressionString(), this.operation, why),
                null,
                cause);
    }

    @Override
    public String toString() {
        return this.expression.getExpressionString();
    }
}
