import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { readBlob, readBytes, type Received } from '../../lib/client/read-bytes.js';

describe('the bytes of a reply', () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;
  let received: Received;

  beforeEach(async () => {
    received = { bytes: 0, isBroken: false };
    server = createServer((_request, response) => {
      answer(response);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const ask = (): Promise<Response> => fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);

  it('come whole, with their type', async () => {
    answer = (response) => response.end('sound');
    const blob = await readBlob((await ask()).body, 1_000, received, 'audio/wav');
    expect([await blob.text(), blob.type]).to.deep.equal(['sound', 'audio/wav']);
    expect(received).to.deep.equal({ bytes: 5, isBroken: false });
  });

  it('come as far as there are any where the connection breaks off', async () => {
    answer = (response) => response.write('sou');
    const pieces = readBytes((await ask()).body, 1_000, received);
    await pieces.next();
    server.closeAllConnections();
    expect(await pieces.next()).to.deep.equal({ value: undefined, done: true });
    expect(received).to.deep.equal({ bytes: 3, isBroken: true });
  });

  it('end the request when nobody wants more of them', async () => {
    const closed = new Promise((resolve) => {
      answer = (response) => {
        response.once('close', resolve);
        response.write('sou');
      };
    });
    const pieces = readBytes((await ask()).body, 1_000, received);
    await pieces.next();
    await pieces.return(undefined);
    await closed;
    expect(received.isBroken).to.equal(false);
  });

  it('are none where there is no body', async () => {
    expect((await readBlob(null, 1_000, received)).size).to.equal(0);
    expect(received).to.deep.equal({ bytes: 0, isBroken: false });
  });
});
