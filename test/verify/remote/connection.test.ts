import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { fullListener } from '../../faults/rows/connecting.js';
import { NETWORK_NEEDS } from '../../faults/rows/network.js';
import { EXPIRED, FUTURE, TRUSTED, WRONG_NAME, type Certificate } from '../../support/certificates.js';
import { closedPort } from '../../support/closed-port.js';
import { makeNetworkNamespace } from '../../support/network-namespace.js';
import { limitsFor } from '../../support/remote-options.js';
import { needsTools } from '../../support/tools.js';
import { codeOf, hintOf, outline, Stand, verifyRemoteEntry } from '../stand.js';

describe('verifying how a server is reached', () => {
  let stand: Stand;

  beforeEach(async () => {
    stand = await Stand.build();
  });

  afterEach(() => stand.clear());

  describe('address', () => {
    const addresses: [host: string, options: object, hint: RegExp][] = [
      ['169.254.169.254', {}, /metadata address.*"allowAddresses"/],
      ['0.0.0.0:8880', {}, /to listen on.*use 127\.0\.0\.1/],
      ['[::]:8880', {}, /to listen on.*use 127\.0\.0\.1/],
      ['127.0.0.1:8880', { allowAddresses: ['10.0.0.0/8'] }, /not among those in "allowAddresses"/],
    ];
    for (const [host, options, hint] of addresses) {
      it(`refuses ${host}${'allowAddresses' in options ? ' where another range is allowed' : ''}`, async () => {
        const result = await verifyRemoteEntry(`http://${host}/v1`, options);
        expect(outline(result)).to.deep.equal(['address blocked_address']);
        expect(hintOf(result, 'address')).to.match(hint);
        expect(result.ok).to.equal(false);
        expect(result).not.to.have.property('found');
      });
    }
  });

  describe('where the environment names a proxy', () => {
    beforeEach(() => {
      const before = process.env['http_proxy'];
      process.env['http_proxy'] = 'http://user:SECRET@127.0.0.1:9';
      stand.defer(() => {
        if (before === undefined) delete process.env['http_proxy'];
        else process.env['http_proxy'] = before;
      });
    });

    it('says that it is not used, where the server is not reached', async () => {
      const result = await verifyRemoteEntry('http://tts.invalid/v1');
      const hint = hintOf(result, result.steps.at(-1)?.step ?? 'lookup');
      expect(hint).to.match(/; or it can be reached only by the proxy in http_proxy, which is not used/);
      expect(hint).not.to.contain('SECRET');
    });

    it('says so as well where it is reached, and leaves the steps as they are', async function () {
      const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
      const address = own.find(({ internal, family }) => !internal && family === 'IPv4')?.address;
      if (address === undefined) return this.skip();
      const server = createHttpServer((_request, response) => response.writeHead(401).end()).listen(0, address);
      stand.defer(() => server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const result = await verifyRemoteEntry(`http://${address}:${String(port)}/v1`);
      expect(outline(result)[0]).to.equal('address ok');
      expect(hintOf(result, 'address')).to.match(/^it was reached directly, and not by the proxy in http_proxy/);
    });

    it('has nothing to say of a server on this machine', async () => {
      const result = await verifyRemoteEntry(`http://127.0.0.1:${String(await closedPort(stand))}/v1`);
      expect(JSON.stringify(result)).not.to.contain('proxy');
    });
  });

  describe('connect', () => {
    it('says on which port nothing listens', async () => {
      const port = await closedPort(stand);
      const result = await verifyRemoteEntry(`http://127.0.0.1:${String(port)}/v1`);
      expect(outline(result)).to.deep.equal(['address ok', 'connect refused']);
      expect(hintOf(result, 'connect')).to.match(
        new RegExp(`^nothing listens on port ${String(port)} of this machine`),
      );
    });

    it('looks a name up first, and takes one that leads nowhere for what it is', async () => {
      const result = await verifyRemoteEntry(`http://localhost:${String(await closedPort(stand))}/v1`);
      expect(outline(result)).to.deep.equal(['address ok', 'lookup ok', 'connect refused']);
    });

    it('says that no port was named', async () => {
      const result = await verifyRemoteEntry('http://127.203.255.254/v1');
      expect(hintOf(result, 'connect')).to.match(/port 80, which is used as "baseUrl" names none/);
    });

    it('tells a port that does not answer at all', async () => {
      const port = await fullListener(stand);
      const result = await verifyRemoteEntry(`http://127.0.0.1:${String(port)}/v1`, {
        timeout: limitsFor('timeout.connect'),
      });
      expect(outline(result)).to.deep.equal(['address ok', 'connect timeout.connect']);
      expect(hintOf(result, 'connect')).to.match(/does not answer: a firewall filters it/);
    });
  });

  describe('connect, in a network of its own', () => {
    before(function () {
      needsTools(this, ...NETWORK_NEEDS);
    });

    it('tells an address that no way leads to', async () => {
      const namespace = await makeNetworkNamespace();
      stand.defer(() => {
        namespace.remove();
      });
      await namespace.rule('-A', 'INPUT', '-p', 'tcp', '-j', 'REJECT', '--reject-with', 'icmp-host-unreachable');
      const result = await verifyRemoteEntry(`http://${namespace.address}:8880/v1`, { timeout: limitsFor() });
      expect(outline(result)).to.deep.equal(['address ok', 'connect unreachable']);
      expect(hintOf(result, 'connect')).to.match(/^no way leads to that address/);
    });

    it('tells a port that a firewall filters, and one of another machine on which nothing listens', async () => {
      const namespace = await makeNetworkNamespace();
      stand.defer(() => {
        namespace.remove();
      });
      await namespace.rule('-A', 'INPUT', '-p', 'tcp', '--dport', '8880', '-j', 'DROP');
      const filtered = await verifyRemoteEntry(`http://${namespace.address}:8880/v1`, {
        timeout: limitsFor('timeout.connect'),
      });
      expect(outline(filtered)).to.deep.equal(['address ok', 'connect timeout.connect']);
      const other = await verifyRemoteEntry(`http://${namespace.address}:8881/v1`);
      expect(outline(other)).to.deep.equal(['address ok', 'connect refused']);
      expect(hintOf(other, 'connect')).to.match(/^nothing listens on port 8881 there/);
    });
  });

  describe('tls', () => {
    const certificates: [what: string, certificate: Certificate, ca: string | undefined, hint: RegExp][] = [
      ['has expired', EXPIRED, EXPIRED.cert, /has expired; renew it/],
      ['is not valid yet', FUTURE, FUTURE.cert, /not valid yet; compare the clocks/],
      ['is for another name', WRONG_NAME, WRONG_NAME.cert, /for another name.*"tls\.servername"/],
      ['is vouched for by nobody', TRUSTED, undefined, /nobody .* vouches .* "tls\.ca"/],
    ];
    for (const [what, tls, ca, hint] of certificates) {
      it(`says that the certificate ${what}`, async () => {
        const { origin } = await stand.api({ tls });
        const result = await verifyRemoteEntry(`${origin}/v1`, ca === undefined ? {} : { tls: { ca } });
        expect(outline(result)).to.deep.equal(['address ok', 'connect ok', 'tls tls']);
        expect(hintOf(result, 'tls')).to.match(hint);
      });
    }

    it('has a step of its own where it goes well', async () => {
      const { origin } = await stand.api({ tls: TRUSTED });
      const result = await verifyRemoteEntry(`${origin}/v1`, { tls: { ca: TRUSTED.cert } });
      expect(outline(result).slice(0, 4)).to.deep.equal(['address ok', 'connect ok', 'tls ok', 'http ok']);
      expect(result.ok).to.equal(true);
    });

    it('finds plain HTTP on the port, and keeps the key from it', async () => {
      const api = await stand.api();
      const result = await verifyRemoteEntry(`https://127.0.0.1:${String(api.port)}/v1`, { apiKey: 'sk-planted' });
      expect(outline(result)).to.deep.equal(['address ok', 'connect ok', 'tls tls']);
      expect(hintOf(result, 'tls')).to.equal(
        `port ${String(api.port)} speaks plain HTTP; begin the base URL with http://`,
      );
      expect(JSON.stringify(api.requests)).not.to.include('sk-planted');
    });

    it('tells something else that listens there', async () => {
      const { port } = await stand.server(
        createTcpServer((socket) => socket.resume().end('220 mail.example ESMTP\r\n')),
      );
      const result = await verifyRemoteEntry(`https://127.0.0.1:${String(port)}/v1`);
      expect(outline(result).at(-1)).to.match(/^tls (tls|reset)$/);
      expect(hintOf(result, 'tls')).to.match(/check the port/);
    });

    it('tells a port that closes the connection in the middle of the handshake', async () => {
      const { port } = await stand.server(createTcpServer((socket) => socket.once('data', () => socket.end())));
      const result = await verifyRemoteEntry(`https://127.0.0.1:${String(port)}/v1`);
      expect(outline(result).at(-1)).to.equal('tls reset');
      expect(hintOf(result, 'tls')).to.match(/closes the connection when TLS begins/);
    });

    it('tells a port that takes connections and says nothing', async () => {
      const { port } = await stand.server(createTcpServer((socket) => socket.resume()));
      const result = await verifyRemoteEntry(`https://127.0.0.1:${String(port)}/v1`, {
        timeout: limitsFor('timeout.tls'),
      });
      expect(outline(result).at(-1)).to.equal('tls timeout.tls');
      expect(hintOf(result, 'tls')).to.match(/does not answer TLS/);
    });

    it('names the certificate of the client that a server wants', async () => {
      const server = createSecureServer({ ...TRUSTED, requestCert: true, rejectUnauthorized: true });
      server.on('tlsClientError', () => undefined);
      const { port } = await stand.server(server);
      const result = await verifyRemoteEntry(`https://127.0.0.1:${String(port)}/v1`, { tls: { ca: TRUSTED.cert } });
      expect(outline(result)).to.deep.equal(['address ok', 'connect ok', 'tls tls']);
      expect(hintOf(result, 'tls')).to.match(/"tls\.cert" and "tls\.key"/);
    });
  });

  describe('http', () => {
    it('finds TLS on the port of an http address', async () => {
      const { port } = await stand.api({ tls: TRUSTED });
      const result = await verifyRemoteEntry(`http://127.0.0.1:${String(port)}/v1`);
      expect(outline(result).slice(0, 2)).to.deep.equal(['address ok', 'connect ok']);
      expect(outline(result).at(-1)).to.match(/^http (reset|bad_response)$/);
      expect(hintOf(result, 'http')).to.equal(`port ${String(port)} speaks TLS; begin the base URL with https://`);
    });

    it('understands a server that says in plain HTTP that it wants TLS', async () => {
      const tls = await stand.api({ tls: TRUSTED });
      const plain = createHttpServer((_request, response) =>
        response.writeHead(400).end('plain HTTP on an HTTPS port'),
      );
      // What begins with a TLS record goes to the one server, everything else to the other, as nginx has it.
      const { port } = await stand.server(
        createTcpServer((socket) => {
          socket.once('data', (first) => {
            socket.pause();
            socket.unshift(first);
            if (first[0] === 22) pipeTo(socket, tls.port);
            else plain.emit('connection', socket.resume());
          });
        }),
      );
      const result = await verifyRemoteEntry(`http://127.0.0.1:${String(port)}/v1`);
      expect(outline(result).at(-1)).to.equal('http status.400');
      expect(hintOf(result, 'http')).to.match(/speaks TLS/);
    });

    it('tells what does not speak HTTP', async () => {
      const { port } = await stand.server(
        createTcpServer((socket) => socket.resume().end('220 mail.example ESMTP\r\n')),
      );
      const result = await verifyRemoteEntry(`http://127.0.0.1:${String(port)}/v1`);
      expect(outline(result)).to.deep.equal(['address ok', 'connect ok', 'http bad_response']);
      expect(hintOf(result, 'http')).to.match(/does not speak HTTP/);
    });

    it('tells a server that closes the connection', async () => {
      const { port } = await stand.server(createTcpServer((socket) => socket.once('data', () => socket.end())));
      const result = await verifyRemoteEntry(`http://127.0.0.1:${String(port)}/v1`);
      expect(outline(result).at(-1)).to.equal('http reset');
      expect(hintOf(result, 'http')).to.match(/closes the connection without an answer/);
    });

    it('tells a server that hangs', async () => {
      const { port } = await stand.server(createTcpServer((socket) => socket.resume()));
      const result = await verifyRemoteEntry(`http://127.0.0.1:${String(port)}/v1`, {
        timeout: limitsFor('timeout.first_byte'),
      });
      expect(outline(result).at(-1)).to.equal('http timeout.first_byte');
      expect(hintOf(result, 'http')).to.match(/did not answer within 150 ms; it hangs/);
    });

    it('tells a server that stops in the middle of its answer', async () => {
      const server = createHttpServer((_request, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('{"data":');
      });
      const { port } = await stand.server(server);
      const result = await verifyRemoteEntry(`http://127.0.0.1:${String(port)}/v1`, {
        timeout: limitsFor('timeout.idle'),
      });
      expect(outline(result).at(-1)).to.equal('http timeout.idle');
      expect(hintOf(result, 'http')).to.match(/began to answer and then stopped/);
    });
  });

  describe('the time', () => {
    it('has an end over all steps', async () => {
      const { port } = await stand.server(createTcpServer((socket) => socket.resume()));
      const timeout = { firstByte: 60_000 };
      const result = await verifyRemoteEntry(`http://127.0.0.1:${String(port)}/v1`, { timeout }, { limit: 1_500 });
      expect(outline(result).at(-1)).to.equal('http timeout.total');
      expect(hintOf(result, 'http')).to.match(/not enough time/);
    });

    it('ends at once when nobody wants to know any more', async () => {
      const leaving = new AbortController();
      const hanging = createTcpServer((socket) =>
        socket.resume().once('data', () => {
          leaving.abort();
        }),
      );
      const { port } = await stand.server(hanging);
      const verifying = verifyRemoteEntry(
        `http://127.0.0.1:${String(port)}/v1`,
        { timeout: { firstByte: 60_000 } },
        { signal: leaving.signal },
      );
      expect(await codeOf(verifying)).to.equal('aborted');
    });

    it('does not begin for somebody who has left', async () => {
      const api = await stand.api();
      const verifying = verifyRemoteEntry(`${api.origin}/v1`, {}, { signal: AbortSignal.abort() });
      expect(await codeOf(verifying)).to.equal('aborted');
      expect(api.requests).to.have.length(0);
    });
  });
});

function pipeTo(socket: Socket, port: number): void {
  const onward = connect(port, '127.0.0.1');
  onward.on('error', () => undefined);
  socket.once('close', () => onward.destroy());
  onward.once('close', () => socket.destroy());
  socket.pipe(onward).pipe(socket);
}
