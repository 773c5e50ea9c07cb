package io.integrationkit.failure;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertificateException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/** What the Java platform itself throws: input and output, time-outs, interrupts, errors. */
final class PlatformFailures implements FailureClassifier {

    @Override
    public @Nullable Failure classify(Throwable failure) {
        if (failure instanceof Error) {
            return Failure.of(FailureCategory.PERMANENT);
        }
        if (isInterrupt(failure)) {
            return interrupted();
        }
        if (neverConnected(failure)) {
            return Failure.of(FailureCategory.TEMPORARY);
        }
        if (failure instanceof SSLPeerUnverifiedException || failure instanceof SSLHandshakeException) {
            return Failure.of(distrusted(failure) ? FailureCategory.PERMANENT : FailureCategory.TEMPORARY);
        }
        if (failure instanceof IOException || failure instanceof TimeoutException) {
            return Failure.outcomeUnknown();
        }
        return null;
    }

    static boolean isInterrupt(Throwable failure) {
        return failure instanceof InterruptedException || failure instanceof ClosedByInterruptException;
    }

    /** Somebody wants this thread to stop, so it does not try again. */
    static Failure interrupted() {
        return new Failure(FailureCategory.TEMPORARY, false, true, null);
    }

    private static boolean neverConnected(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof UnknownHostException
                || failure instanceof NoRouteToHostException
                || failure instanceof HttpConnectTimeoutException
                || failure instanceof UnresolvedAddressException;
    }

    private static boolean distrusted(Throwable failure) {
        if (failure instanceof SSLPeerUnverifiedException) {
            return true;
        }
        Throwable cause = failure.getCause();
        return cause instanceof CertificateException
                || (cause != null && cause.getCause() instanceof CertificateException);
    }
}
