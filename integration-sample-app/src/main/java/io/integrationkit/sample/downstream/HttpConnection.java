package io.integrationkit.sample.downstream;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one HTTP/1.1 connection. Written on a plain socket because a server that speaks properly cannot
 * reset a connection in the middle of an exchange.
 */
final class HttpConnection {

    private static final int MAX_LINE = 8192;

    private static final int MAX_BODY = 1 << 20;

    private final Socket socket;

    private final InputStream in;

    private final OutputStream out;

    HttpConnection(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** Reads the next request; {@code null} once the client has closed the connection. */
    @Nullable
    HttpRequest read() throws IOException {
        String requestLine = readLine();
        if (requestLine == null) {
            return null;
        }
        String[] parts = requestLine.split(" ", -1);
        if (parts.length != 3) {
            throw new IOException("Not a request line");
        }
        Map<String, String> headers = new HashMap<>();
        for (String line = requiredLine(); !line.isEmpty(); line = requiredLine()) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.put(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).trim());
            }
        }
        return new HttpRequest(parts[0], parts[1], headers, readBody(headers));
    }

    private byte[] readBody(Map<String, String> headers) throws IOException {
        if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            return readChunks();
        }
        return readExactly(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    }

    private byte[] readChunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int size = chunkSize();
        while (size > 0) {
            body.writeBytes(readExactly(size));
            requiredLine();
            size = (body.size() <= MAX_BODY) ? chunkSize() : MAX_BODY + 1;
        }
        skipTrailers();
        return body.toByteArray();
    }

    private int chunkSize() throws IOException {
        String line = requiredLine();
        int extension = line.indexOf(';');
        return Integer.parseInt(((extension < 0) ? line : line.substring(0, extension)).trim(), 16);
    }

    private void skipTrailers() throws IOException {
        String line;
        do {
            line = requiredLine();
        } while (!line.isEmpty());
    }

    private byte[] readExactly(int length) throws IOException {
        if (length > MAX_BODY) {
            throw new IOException("The body is too large");
        }
        byte[] bytes = this.in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException();
        }
        return bytes;
    }

    private String requiredLine() throws IOException {
        String line = readLine();
        if (line == null) {
            throw new EOFException();
        }
        return line;
    }

    private @Nullable String readLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(80);
        for (int octet = this.in.read(); octet != '\n'; octet = this.in.read()) {
            if (octet < 0) {
                return null;
            }
            if (line.size() == MAX_LINE) {
                throw new IOException("A line of the head is too long");
            }
            if (octet != '\r') {
                line.write(octet);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    void answer(int status, Map<String, String> headers, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder("HTTP/1.1 ").append(status).append(" -\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Type: application/json\r\nContent-Length: ")
                .append(body.length)
                .append("\r\n\r\n");
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        message.writeBytes(body);
        this.out.write(message.toByteArray());
        this.out.flush();
    }

    /** Closes so that the client sees a reset: with a linger time of zero the kernel sends RST instead of FIN. */
    void reset() throws IOException {
        this.socket.setSoLinger(true, 0);
        this.socket.close();
    }
}
