// What every server under test does: listen, and tell the processor time it has used.
export function serve(server) {
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.once('SIGINT', () => process.exit());
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system, rss: process.memoryUsage.rss() });
  });
}

export const [, , UPSTREAM] = process.argv;
