package io.integrationkit.call;

import java.util.List;
import java.util.stream.Collectors;

/** Several annotated methods cannot work; all of them are named, so that one start-up shows all there is to mend. */
public final class InvalidOperationsException extends InvalidOperationException {

    private static final long serialVersionUID = 1L;

    InvalidOperationsException(List<InvalidOperationException> problems) {
        super(
                problems.get(0).code(),
                problems.size() + " annotated methods cannot work:" + lines(problems, false),
                "Mend each of them:" + lines(problems, true));
    }

    private static String lines(List<InvalidOperationException> problems, boolean actions) {
        return problems.stream()
                .map((problem) -> System.lineSeparator() + "  - " + (actions ? problem.action() : problem.getMessage()))
                .collect(Collectors.joining());
    }
}
