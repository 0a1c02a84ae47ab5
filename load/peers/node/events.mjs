// The event stream of every tutorial: each follower has a timer of its own that writes an item.
import { createServer } from "node:http";

const server = createServer((request, response) => {
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    Connection: "keep-alive",
  });
  const timer = setInterval(() => {
    const now = new Date();
    const item = { seq: Math.floor(now / 1000), due: now.toISOString(), sent: now.toISOString() };
    response.write(`id: ${item.seq}\ndata: ${JSON.stringify(item)}\n\n`);
  }, 1000);
  request.on("close", () => clearInterval(timer));
});
server.listen(0, "127.0.0.1", () => {
  console.log(`listening on 127.0.0.1:${server.address().port}`);
});
