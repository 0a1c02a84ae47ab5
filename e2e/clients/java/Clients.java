import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Echoclock by the clients that Java brings along; the first fault ends it all. */
class Clients {
    static final String HTTP = System.getenv("ECHOCLOCK_URL");
    static final String EVENTS = HTTP + "/api/clock/events?every=100ms";
    static final String RAW = HTTP.replace("http", "ws") + "/api/echo/raw";
    static final String CHAT = HTTP.replace("http", "ws") + "/api/echo";
    static final String TEXT = "h\u00e9 \ud83d\ude00";
    static final Pattern SEQ = Pattern.compile("\"seq\":(\\d+)");
    static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** Seconds after which a client that hears nothing has failed. */
    static final int PATIENCE = 20;

    public static void main(String[] arguments) throws Exception {
        String java = "  java.net.http of Java " + Runtime.version().feature();
        followsEvents();
        System.out.println(java + " follows events, and resumes by header");
        echoes();
        System.out.println(java + " says, is echoed under each subprotocol, and closes");
        theEnd();
        System.out.println("Java's clients take part.");
        System.exit(0);
    }

    static void followsEvents() throws Exception {
        long before = checkTicks(events(null), -1) - 20;
        checkTicks(events(Long.toString(before)), before);
    }

    /** Opens a stream, takes its hello, and returns the data of five ticks. */
    static List<String> events(String lastEventId) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(EVENTS));
        if (lastEventId != null) {
            request.header("Last-Event-ID", lastEventId);
        }
        // A version of HTTP above 1.1 is asked for by an upgrade, which the server may ignore.
        try (var lines = CLIENT.send(request.build(), BodyHandlers.ofLines()).body()) {
            Iterator<String> line = lines.iterator();
            check(line.next().equals("retry: 2000"), "the first block says when to reconnect");
            check(line.next().equals("event: connecttime"), "the first event is connecttime");
            check(line.next().startsWith("data: {\"now\":"), "it tells the time");
            check(line.next().isEmpty(), "and ends");
            List<String> ticks = new ArrayList<>();
            while (ticks.size() < 5) {
                String id = line.next();
                String data = line.next();
                check(id.equals("id: " + seq(data)) && line.next().isEmpty(), id + " " + data);
                ticks.add(data);
            }
            return ticks;
        }
    }

    static void echoes() throws Exception {
        Ear chat = Ear.open(CHAT, "echoclock.v1");
        check(chat.socket.getSubprotocol().equals("echoclock.v1"), "the chat's subprotocol");
        check(chat.next().contains("\"type\":\"hello\""), "the server speaks first");
        chat.socket.sendText("{\"type\":\"say\",\"key\":7,\"text\":\"" + TEXT + "\"}", true);
        check(chat.next().contains("\"key\":7,\"text\":\"" + TEXT + "\""), "an echo");
        chat.socket.sendClose(4000, "bye");
        check(chat.next().equals("closed with 4000 bye"), "a close is answered");

        String[] offered = {"graphql-transport-ws", "ocpp1.6", "mqtt"};
        String[][] selections = {{"", offered[0]}, {"?protocol=ocpp1.6", offered[1]}};
        for (String[] selection : selections) {
            Ear raw = Ear.open(RAW + selection[0], offered);
            check(raw.socket.getSubprotocol().equals(selection[1]), "it is " + selection[1]);
            raw.socket.sendText(TEXT, true).join();
            check(raw.next().equals(TEXT), "text comes back as text");
            raw.socket.sendBinary(ByteBuffer.wrap(new byte[] {0, -1, 127}), true).join();
            check(raw.next().equals("[0, -1, 127]"), "binary comes back as binary");
            raw.socket.sendPing(ByteBuffer.wrap("here?".getBytes(StandardCharsets.US_ASCII))).join();
            check(raw.next().equals("pong"), "a ping is answered");
            raw.socket.abort();
        }
    }

    /** A server that stops closes sockets with 1001, and ends streams as streams end. */
    static void theEnd() throws Exception {
        Ear raw = Ear.open(RAW);
        HttpRequest request = HttpRequest.newBuilder(URI.create(EVENTS)).build();
        try (var lines = CLIENT.send(request, BodyHandlers.ofLines()).body()) {
            long pid = Long.parseLong(System.getenv("ECHOCLOCK_PID"));
            ProcessHandle.of(pid).orElseThrow().destroy();
            // A body that is cut off would be an error.
            lines.forEach(line -> {});
        }
        check(raw.next().equals("closed with 1001 the server stops"), "the socket is told");
    }

    static long checkTicks(List<String> ticks, long after) {
        for (String tick : ticks) {
            check(after < 0 || seq(tick) == after + 1, tick + " after " + after);
            after = seq(tick);
        }
        return after;
    }

    static long seq(String data) {
        Matcher found = SEQ.matcher(data);
        check(found.find(), data + " is a tick");
        return Long.parseLong(found.group(1));
    }

    static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }

    /** What a socket says, one thing after the other. */
    static class Ear implements WebSocket.Listener {
        final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        final StringBuilder begun = new StringBuilder();
        WebSocket socket;

        static Ear open(String address, String... offered) {
            Ear ear = new Ear();
            WebSocket.Builder opening = CLIENT.newWebSocketBuilder();
            if (offered.length > 0) {
                String[] others = Arrays.copyOfRange(offered, 1, offered.length);
                opening.subprotocols(offered[0], others);
            }
            opening.connectTimeout(Duration.ofSeconds(PATIENCE));
            ear.socket = opening.buildAsync(URI.create(address), ear).join();
            return ear;
        }

        String next() throws InterruptedException {
            String next = heard.poll(PATIENCE, TimeUnit.SECONDS);
            check(next != null, "something is heard");
            return next;
        }

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            begun.append(text);
            if (last) {
                heard.add(begun.toString());
                begun.setLength(0);
            }
            return WebSocket.Listener.super.onText(socket, text, last);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer bytes, boolean last) {
            byte[] all = new byte[bytes.remaining()];
            bytes.get(all);
            heard.add(Arrays.toString(all));
            return WebSocket.Listener.super.onBinary(socket, bytes, last);
        }

        @Override
        public CompletionStage<?> onPong(WebSocket socket, ByteBuffer bytes) {
            heard.add("pong");
            return WebSocket.Listener.super.onPong(socket, bytes);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            heard.add("closed with " + code + " " + reason);
            return null;
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            heard.add(error.toString());
        }
    }
}
