package io.integrationkit.failure;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ClassUtils;

/**
 * Says what kind of failure an exception is. Looks at the exception and its causes, down to the first
 * {@link IntegrationException}: what names its own category hides what lies below it. The application's classifiers
 * are asked about all of them before the built-in ones. Built-in classifiers that know an exception exactly (an HTTP
 * status, an SQL state, a refused connection) come before those that only know its family (a programming error). An
 * exception that nobody knows is {@linkplain Failure#outcomeUnknown() temporary, outcome unknown}.
 *
 * <p>An exception of this kit ({@link ProblemException}) is what it says, whatever the application's classifiers know.
 *
 * <p>Safe for use by any number of threads.
 */
public final class FailureClassification {

    /** How many causes are looked at; also what ends a circle of causes. */
    static final int MAX_DEPTH = 32;

    /** How many lists at the end are ours. */
    private static final int BUILT_IN_LISTS = 2;

    private static final Logger logger = LoggerFactory.getLogger(FailureClassification.class);

    private final List<List<FailureClassifier>> inOrder;

    /**
     * Creates a classification.
     *
     * @param classifiers the application's classifiers, in the order in which they are asked
     * @param clock wall clock, for a {@code Retry-After} that names a date
     */
    public FailureClassification(List<FailureClassifier> classifiers, InstantSource clock) {
        this(List.of(List.copyOf(classifiers), builtIn(clock), List.of(new ProgrammingErrors())));
    }

    private FailureClassification(List<List<FailureClassifier>> inOrder) {
        this.inOrder = inOrder;
    }

    /**
     * Returns a classification that also asks the given classifiers: after those this one asks already, and before the
     * built-in ones. Shares everything else with this one.
     *
     * @param further what an annotation says, in the order in which it is asked
     * @return a new classification; this one is unchanged
     */
    public FailureClassification with(FailureClassifier... further) {
        List<List<FailureClassifier>> longer = new ArrayList<>(this.inOrder);
        longer.add(this.inOrder.size() - BUILT_IN_LISTS, List.of(further));
        return new FailureClassification(List.copyOf(longer));
    }

    private static List<FailureClassifier> builtIn(InstantSource clock) {
        List<FailureClassifier> builtIn = new ArrayList<>();
        builtIn.add(new OwnFailures());
        if (isPresent("org.springframework.web.client.RestClientException")) {
            builtIn.add(new HttpFailures(new HttpAnswers(clock)));
        }
        if (isPresent("org.springframework.web.ErrorResponse")) {
            builtIn.add(new ErrorResponseFailures(new HttpAnswers(clock)));
        }
        if (isPresent("org.springframework.web.reactive.function.client.WebClientException")) {
            builtIn.add(new WebClientFailures(new HttpAnswers(clock)));
        }
        if (isPresent("org.apache.kafka.common.KafkaException")) {
            builtIn.add(new KafkaFailures());
        }
        if (isPresent("org.springframework.kafka.KafkaException")) {
            builtIn.add(new SpringKafkaFailures());
        }
        if (isPresent("org.springframework.messaging.MessagingException")) {
            builtIn.add(new MessagingFailures());
        }
        if (isPresent("jakarta.validation.ConstraintViolationException")) {
            builtIn.add(new BeanValidationFailures());
        }
        builtIn.add(new MappingFailures());
        builtIn.add(new DatabaseFailures());
        builtIn.add(new PlatformFailures());
        return List.copyOf(builtIn);
    }

    private static boolean isPresent(String className) {
        return ClassUtils.isPresent(className, FailureClassification.class.getClassLoader());
    }

    /**
     * Classifies an exception.
     *
     * @param failure the exception an attempt ended with
     * @return what kind of failure it is
     */
    public Failure classify(Throwable failure) {
        List<Throwable> chain = chain(failure);
        Throwable deepest = chain.get(chain.size() - 1);
        if (deepest instanceof ProblemException own) {
            return OwnFailures.of(own);
        }
        for (List<FailureClassifier> classifiers : this.inOrder) {
            Failure known = firstKnown(chain, classifiers);
            if (known != null) {
                return known;
            }
        }
        return Failure.outcomeUnknown();
    }

    /**
     * Tells whether an exception says that its thread was interrupted, itself or by one of its causes.
     *
     * @param failure the exception an attempt ended with
     * @return whether an interrupt is behind it
     */
    public static boolean isInterrupt(Throwable failure) {
        return chain(failure).stream().anyMatch(PlatformFailures::isInterrupt);
    }

    private static List<Throwable> chain(Throwable failure) {
        List<Throwable> chain = new ArrayList<>(4);
        Throwable link = failure;
        while (link != null && chain.size() < MAX_DEPTH) {
            chain.add(link);
            link = (link instanceof IntegrationException) ? null : link.getCause();
        }
        return chain;
    }

    private static @Nullable Failure firstKnown(List<Throwable> chain, List<FailureClassifier> classifiers) {
        for (Throwable link : chain) {
            for (FailureClassifier classifier : classifiers) {
                Failure answer = ask(classifier, link);
                if (answer != null) {
                    return answer;
                }
            }
        }
        return null;
    }

    private static @Nullable Failure ask(FailureClassifier classifier, Throwable link) {
        try {
            return classifier.classify(link);
        } catch (RuntimeException ex) {
            // The failure being classified must reach its caller, not this one.
            logger.warn(
                    "Failure classifier {} failed for {}; it was passed over",
                    classifier.getClass().getName(),
                    link.getClass().getName(),
                    ex);
            return null;
        }
    }
}
