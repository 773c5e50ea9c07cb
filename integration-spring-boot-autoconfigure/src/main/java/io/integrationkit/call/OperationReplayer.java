package io.integrationkit.call;

import io.integrationkit.failure.FailureCategory;
import io.integrationkit.failure.ProblemCode;
import io.integrationkit.failure.ProblemException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;

/** Calls an operation again with stored arguments, through the proxy of its bean and so through its whole plan. */
public final class OperationReplayer {

    private final BeanFactory beanFactory;

    private final OperationRegistry registry;

    private final PayloadCodec codec;

    /**
     * Creates a replayer.
     *
     * @param beanFactory where the beans are
     * @param registry the operations
     * @param codec reads the arguments
     */
    public OperationReplayer(BeanFactory beanFactory, OperationRegistry registry, PayloadCodec codec) {
        this.beanFactory = beanFactory;
        this.registry = registry;
        this.codec = codec;
    }

    /**
     * Calls an operation.
     *
     * @param operation name of the operation
     * @param arguments arguments as {@link PayloadCodec#writeArguments} wrote them
     * @return what the operation returned; if its result comes later, a stage whose work was begun
     * @throws ProblemException if there is no such operation or the arguments do not fit it any more
     * @throws Throwable what the operation threw
     */
    public @Nullable Object replay(String operation, String arguments) throws Throwable {
        Plan plan = plan(operation);
        Object bean = this.beanFactory.getBean(plan.operation().beanName());
        @Nullable Object[] values = this.codec.readArguments(plan.operation().method(), arguments);
        Method method = AopUtils.selectInvocableMethod(plan.operation().method(), bean.getClass());
        method.setAccessible(true);
        try {
            Object result = method.invoke(bean, values);
            LaterResults later = plan.laterResults();
            return (later != null) ? later.begin(result) : result;
        } catch (InvocationTargetException ex) {
            throw ex.getTargetException();
        }
    }

    /**
     * Finds out whether an operation could be called, without calling it.
     *
     * @param operation name of the operation
     * @param arguments arguments as {@link PayloadCodec#writeArguments} wrote them
     * @throws ProblemException if there is no such operation or the arguments do not fit it any more
     */
    public void check(String operation, String arguments) {
        this.codec.readArguments(plan(operation).operation().method(), arguments);
    }

    private Plan plan(String operation) {
        Plan plan = this.registry.find(operation);
        if (plan == null) {
            throw new ProblemException(
                    ProblemCode.OPERATION_UNKNOWN,
                    FailureCategory.PERMANENT,
                    "There is no operation '%s' to replay: it was renamed or removed. Give it back its name with the annotation's attribute 'operation'"
                            .formatted(operation));
        }
        return plan;
    }
}
