package io.integrationkit.reliable;

import io.integrationkit.call.Operation;
import io.integrationkit.failure.FailureCategory;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import org.springframework.util.PatternMatchUtils;

/**
 * An {@link OnFailure} method as it was found, before it is known which operations it is for.
 *
 * @param beanName name of the bean that has it
 * @param owner class of that bean
 * @param method the method
 * @param categories categories it is for; all of them if the annotation names none
 * @param operations names or patterns; none for the operations of the same bean
 */
record CategoryHandler(
        String beanName, Class<?> owner, Method method, Set<FailureCategory> categories, String[] operations) {

    static CategoryHandler of(String beanName, Class<?> owner, Method method, OnFailure annotation) {
        Set<FailureCategory> categories = EnumSet.noneOf(FailureCategory.class);
        categories.addAll(Arrays.asList(annotation.category()));
        return new CategoryHandler(
                beanName,
                owner,
                method,
                categories.isEmpty() ? EnumSet.allOf(FailureCategory.class) : categories,
                annotation.operation());
    }

    boolean isFor(Operation operation) {
        return (this.operations.length == 0)
                ? isOfBean(operation)
                : PatternMatchUtils.simpleMatch(this.operations, operation.name());
    }

    boolean isOfBean(Operation operation) {
        return this.beanName.equals(BeanMethods.simpleName(operation.beanName()));
    }

    @Override
    public String toString() {
        return this.beanName + "." + this.method.getName();
    }
}
