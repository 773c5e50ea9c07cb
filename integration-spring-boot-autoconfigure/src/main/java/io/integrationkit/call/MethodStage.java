package io.integrationkit.call;

import org.jspecify.annotations.Nullable;

/** The innermost stage: runs the advice behind the stages, and the method. */
enum MethodStage implements Stage {
    METHOD;

    @Override
    public @Nullable Object run(Call call) throws Throwable {
        return call.proceed();
    }
}
