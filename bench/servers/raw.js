// A pipe between two sockets, as thin as node:http can make it.
import { Agent, createServer, request } from 'node:http';
import { serve, UPSTREAM } from './serve.js';

const agent = new Agent({ keepAlive: true });
const server = createServer((incoming, outgoing) => {
  const { method, url: path, headers } = incoming;
  const call = request(UPSTREAM, { agent, method, path, headers }, (reply) => {
    outgoing.writeHead(reply.statusCode, reply.headers);
    reply.pipe(outgoing);
  });
  incoming.pipe(call);
});
serve(server);
