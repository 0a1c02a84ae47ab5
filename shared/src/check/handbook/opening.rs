//! How the page begins.

/// What a proxy has to get right, and when none of this applies.
pub(super) const TEXT: &str = r#"# What networks do to live connections

What `echoclock check` and the page's Check view look for, by what it is recognised, and what mends it. This page is
written out of the rules of the check (`shared/src/check/rules/`) by `cargo xtask paths`, and a test keeps them equal.

## What a proxy has to get right

1. **Hand on each piece of an answer as it comes.** Ask the server by HTTP/1.1, so that answers come in chunks; buffer
   neither whole answers nor pages of them; flush a compressor with each piece, or leave streams out of it.
2. **Hand on the head at once**, and not with the first bytes of the body.
3. **Hand on upgrades**: `Upgrade` and `Connection` are for one hop, so they have to be set for the next one, by HTTP/1.1.
4. **Wait longer than the longest silence**, for streams and for sockets; on most proxies these are two settings. And the
   other way round: have the server say something every 25 seconds, which is less than every limit that is known here.
5. **Bound silence and not age.** A limit on the whole time of an answer cuts streams in the middle of their work.
6. **Keep no stream in a cache**, and join no requests for one. Heed `Cache-Control: no-store`.
7. **Ask once.** A request that waits for its answer is not one that failed.
8. **Tell either end when the other has gone**, and hand on how a socket was closed.
9. **Say for whom it asks**: `X-Forwarded-For` and `X-Forwarded-Proto`, set by the outermost proxy that you run.
10. **Take what clients send**: `Last-Event-ID`, POST, bodies and messages of the sizes that you use.

A line to be pasted takes the place of one that sets the same. Those that were tried, each on a path that the check had found
fault with, were tried with nginx 1.22.1, HAProxy 2.6.12, Apache 2.4.71, Caddy 2.6.2 and Varnish 7.1.1.

Whole configurations that do all of this, on which the check finds nothing, and what else is proved of them:
[OPERATIONS.md](OPERATIONS.md#behind-a-proxy).

## When none of this applies

- **There is no proxy**: the client reaches the server directly, and no security software stands between. Then what is
  seen is the server's own doing.
- **Everything is slow alike**: a long way, a lossy radio or a loaded machine delays single items and keeps their spacing.
  No rule here is for that, and the check does not take it for a fault.
- **It is only compressed**, or only has headers added: Apache's mod_deflate compresses streams and hands on each item at
  once. Such things are notes.
- **`proxy_buffering` is on**, and nothing else: by HTTP/1.1, in chunks, nginx passes each item on nevertheless, and only the
  head waits for the first one. What counts is what a path does, not what its settings are called.
- **It happens at a moment and not at an age**: when a proxy reloads its configuration (nginx's `worker_shutdown_timeout`,
  Kubernetes' ingress 4 minutes after a change, Caddy without `stream_close_delay`), when a laptop wakes, when a server is
  replaced. A run of a minute does not see that. Clients that reconnect and resume live through it.
- **A browser waits for itself**: by HTTP/1.1 it opens six connections to an origin, and a seventh stream waits.
"#;
