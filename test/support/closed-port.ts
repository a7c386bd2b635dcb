import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

/** What does something once its test has ended. */
interface Deferring {
  defer(end: () => void): void;
}

/**
 * A port of 127.0.0.1 on which nothing listens, and nothing will until the test has ended: it is the near end of a connection. A port
 * that a listener has let go of is given to the next one that asks for any, and that may be the server of another test.
 */
export async function closedPort(test: Deferring): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const near = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [[typeof near], unknown];
  const { localPort } = near;
  server.close();
  test.defer(() => {
    for (const end of [near, far]) end.on('error', () => undefined).destroy();
  });
  if (localPort === undefined) throw new Error('not connected');
  return localPort;
}
