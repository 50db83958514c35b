// Chat rooms as the libraries' own pages show them: node node_peer.js ws|socket.io PORT
const [kind, port] = [process.argv[2], Number(process.argv[3])];
const kept = [];
let last = 0;
function keep(text) {
  const now = Date.now() / 1000;
  const message = { type: "message", id: ++last, text, reply_to: null, from_id: "~yapnh2ufpm65uazc",
    from_name: "guest-1234", to_id: null, sent_at: now, seq: last };
  kept.push(message);
  if (kept.length > 10000) kept.shift();
  return message;
}
if (kind === "ws") {
  const { WebSocketServer, WebSocket } = require("ws");
  const server = new WebSocketServer({ host: "127.0.0.1", port, backlog: 1024 });
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.send('{"type":"init"}');
    socket.on("message", (data) => {
      const event = JSON.stringify(keep(data.toString()));
      for (const client of server.clients) if (client.readyState === WebSocket.OPEN) client.send(event);
    });
  });
} else {
  const http = require("http").createServer();
  const { Server } = require("socket.io");
  const server = new Server(http, { transports: ["websocket"], pingInterval: 600000 });
  server.on("connection", (socket) => socket.on("say", (text) => server.emit("message", keep(text))));
  http.listen(port, "127.0.0.1", 1024);
}
