# Echoclock behind Varnish 6 or newer; goes to /etc/varnish/, with the parameters of varnish.service beside it.
vcl 4.1;

backend default {
    .host = "127.0.0.1";
    .port = "3000";
    # How long a long poll may wait for its answer; 60 s otherwise.
    .first_byte_timeout = 3600s;
    # Silence of an answer that is not piped; 60 s otherwise.
    .between_bytes_timeout = 3600s;
}

sub vcl_recv {
    # Varnish adds the client's address itself. What a client says of itself is no proof, as this is the
    # outermost proxy. Behind one that ends TLS, take these lines out and name that proxy's address to the
    # server by --trusted-proxy.
    set req.http.X-Forwarded-For = client.ip;
    set req.http.X-Forwarded-Proto = "http";
    unset req.http.X-Forwarded-Host;
    unset req.http.X-Forwarded-Port;
    unset req.http.Forwarded;

    # Below a path of its own; without one, these lines go, and `sub vcl_synth`.
    if (req.url ~ "^/live(\?|$)") {
        return (synth(308));
    }
    set req.url = regsub(req.url, "^/live/", "/");

    # Sockets can only be piped. Streams are, because send_timeout would end them by their age, however
    # much is said on them.
    if (req.http.Upgrade ~ "(?i)^websocket$" || req.url ~ "^/api/(clock|check)/(stream|frame|events)") {
        return (pipe);
    }
    # Nothing is kept in the cache, and no two requests are joined.
    return (pass);
}

sub vcl_pipe {
    # For one hop only, so they have to be set for the next one. Elsewhere Varnish says `Connection: close`,
    # and the server ends what has become no socket, so that no further request gets by on a piped connection
    # without having been looked at.
    if (req.http.Upgrade ~ "(?i)^websocket$") {
        set bereq.http.Upgrade = req.http.Upgrade;
        set bereq.http.Connection = "Upgrade";
    }
}

sub vcl_synth {
    if (resp.status == 308) {
        set resp.http.Location = regsub(req.url, "^/live", "/live/");
        return (deliver);
    }
}
