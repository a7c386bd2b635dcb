import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer } from 'node:net';
import { soundIn } from '../../support/audio.js';
import { EXPIRED, TRUSTED, WRONG_NAME, type Certificate } from '../../support/certificates.js';
import { expectSpeechFrom } from '../expectations.js';
import { PHASE } from '../fault-app.js';
import type { Fault, FaultServer, FaultStage } from '../fault.js';

/** Milliseconds beyond a limit: the specification’s 250, and what a machine that others use adds. */
const LEEWAY = 250 + 8_000;

export const TLS: readonly Fault[] = [
  {
    name: 'TLS goes well',
    group: 'TLS',
    how: 'a server whose certificate the remote’s `tls.ca` vouches for: what the others are compared with',
    reply: 'its speech',
    code: null,
    counts: 'success',
    async run(stage) {
      const server = await secureServer(stage, TRUSTED);
      await stage.startApp({ baseUrl: secure(server), remote: { tls: { ca: TRUSTED.cert } } });
      expectSpeechFrom(await stage.ask(), 'remote');
    },
  },
  {
    name: 'TLS meets silence',
    group: 'TLS',
    how: 'a port that accepts connections and says nothing to the client’s hello',
    reply: 'local speech',
    code: 'timeout.tls',
    counts: 'failure',
    async run(stage) {
      const silent = createTcpServer((socket) => {
        socket.resume();
      });
      await expectFallback(stage, await stage.listen(silent));
    },
  },
  {
    name: 'TLS meets plain HTTP',
    group: 'TLS',
    how: 'an https address that leads to a server without TLS',
    reply: 'local speech',
    code: 'tls',
    counts: 'failure',
    async run(stage) {
      await expectFallback(stage, await stage.listen(createHttpServer()));
    },
  },
  {
    name: 'TLS is closed in the middle of the handshake',
    group: 'TLS',
    how: 'a port that closes the connection as soon as the client’s hello has come',
    reply: 'local speech',
    code: 'reset',
    counts: 'failure',
    async run(stage) {
      const closing = createTcpServer((socket) => {
        socket.once('data', () => socket.end());
      });
      await expectFallback(stage, await stage.listen(closing));
    },
  },
  refusedCertificate(
    'has expired',
    'a certificate that was good on the first day of 2020 alone',
    EXPIRED,
    EXPIRED.cert,
  ),
  refusedCertificate(
    'is for another name',
    'a certificate for elsewhere.example, vouched for by `tls.ca`',
    WRONG_NAME,
    WRONG_NAME.cert,
  ),
  refusedCertificate('is vouched for by nobody', 'a self-signed certificate, and no `tls.ca`', TRUSTED, undefined),
];

function refusedCertificate(what: string, how: string, certificate: Certificate, ca: string | undefined): Fault {
  return {
    name: `the certificate ${what}`,
    group: 'TLS',
    how,
    reply: 'local speech',
    code: 'tls',
    counts: 'failure',
    async run(stage) {
      await expectFallback(stage, await secureServer(stage, certificate), ca);
    },
  };
}

async function expectFallback(stage: FaultStage, server: FaultServer, ca?: string): Promise<void> {
  await stage.startApp({ baseUrl: secure(server), remote: ca === undefined ? {} : { tls: { ca } } });
  expectSpeechFrom(await stage.ask({ within: PHASE + LEEWAY }), 'local');
}

function secure({ port }: FaultServer): string {
  return `https://127.0.0.1:${String(port)}/v1`;
}

function secureServer(stage: FaultStage, { cert, key }: Certificate): Promise<FaultServer> {
  const server = createHttpsServer({ cert, key }, (request, response) => {
    request.resume().once('end', () => {
      if (request.method === 'POST') response.setHeader('content-type', 'audio/wav').end(soundIn('wav'));
      else response.setHeader('connection', 'close').end('{"data":[],"voices":[]}');
    });
  });
  server.on('tlsClientError', () => undefined);
  return stage.listen(server);
}
