package io.integrationkit.context;

import io.integrationkit.failure.Failure;
import java.lang.ref.WeakReference;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.client.RestClientResponseException;

/**
 * What the HTTP requests of an attempt tell about doing that attempt again. {@link SentRequestsInterceptor} notes each
 * request of this thread: whether its method is idempotent (RFC 9110, section 9.2.2) and how it ended. A retry loop
 * calls {@link #begin()} before an attempt and {@link #effectPossible} after one that failed.
 *
 * <p>The notes only count up and are never taken back, so attempts may be nested: the requests of an inner operation
 * are requests of the outer one too. Requests sent on other threads, or by clients without the interceptor, are not
 * known; so a failure that is not seen to be that of a noted request keeps its classification.
 */
public final class SentRequests {

    private static final Set<String> IDEMPOTENT = Set.of("GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE");

    private static final int MAX_DEPTH = 32;

    private static final ThreadLocal<@Nullable SentRequests> OF_THREAD = new ThreadLocal<>();

    /** How many requests were noted; the others are numbers of requests, from 1, or 0 for none. */
    private int count;

    /** The last request that may have had an effect and is not idempotent, and the one before it. */
    private int lastEffect;

    private int effectBefore;

    /** How the last request ended: its status, or 0 and what it threw. Weak, since the thread lives longer. */
    private int status;

    private @Nullable WeakReference<Throwable> thrown;

    private SentRequests() {}

    /**
     * Begins an attempt on this thread.
     *
     * @return a mark to ask with after the attempt
     */
    public static int begin() {
        SentRequests sent = OF_THREAD.get();
        return (sent != null) ? sent.count : 0;
    }

    /**
     * Tells whether an attempt that failed may have had an effect that doing it again would repeat. It may if a request
     * with a method that is not idempotent went through although the attempt failed later, whatever it failed with. It
     * may not if all such effects can be excluded and the failure is that of the last request, whose method is
     * idempotent. In all other cases the classification stands.
     *
     * @param begin the mark of the attempt, from the same thread
     * @param classified how the failure was classified
     * @param failure the exception the attempt ended with
     * @return whether the attempt may do its work twice if it is made again
     */
    public static boolean effectPossible(int begin, Failure classified, Throwable failure) {
        SentRequests sent = OF_THREAD.get();
        if (sent == null || sent.count == begin) {
            return classified.effectPossible();
        }
        boolean last = sent.failedWith(failure);
        // Differences, since numbers wrap around.
        if (sent.lastEffect - begin <= 0) {
            return classified.effectPossible() && !last;
        }
        boolean onlyTheLast = last && sent.lastEffect == sent.count && sent.effectBefore - begin <= 0;
        return !onlyTheLast || classified.effectPossible();
    }

    static void answered(String method, int status) {
        // 4xx: the callee refused to do it.
        ofThread().note(method, status / 100 != 4, status, null);
    }

    static void failed(String method, Throwable thrown) {
        ofThread().note(method, true, 0, thrown);
    }

    private static SentRequests ofThread() {
        SentRequests sent = OF_THREAD.get();
        if (sent == null) {
            sent = new SentRequests();
            OF_THREAD.set(sent);
        }
        return sent;
    }

    private void note(String method, boolean effect, int answer, @Nullable Throwable failure) {
        this.count++;
        if (effect && !IDEMPOTENT.contains(method)) {
            this.effectBefore = this.lastEffect;
            this.lastEffect = this.count;
        }
        this.status = answer;
        this.thrown = (failure != null) ? new WeakReference<>(failure) : null;
    }

    /** Whether the last request failed, and that failure is in the chain of causes. */
    private boolean failedWith(Throwable failure) {
        Throwable noted = (this.thrown != null) ? this.thrown.get() : null;
        Throwable link = failure;
        for (int depth = 0; link != null && depth < MAX_DEPTH; depth++) {
            if (link == noted || (this.status >= 400 && Answer.hasStatus(link, this.status))) {
                return true;
            }
            link = link.getCause();
        }
        return false;
    }

    /** A class of its own, loaded only where a request was noted and so a client is there. */
    private static final class Answer {

        static boolean hasStatus(Throwable link, int status) {
            return link instanceof RestClientResponseException answer
                    && answer.getStatusCode().value() == status;
        }
    }
}
