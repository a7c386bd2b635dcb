// Has schemathesis, a program of PyPI, send what it makes up of the OpenAPI description to a running router, and hold the replies to it.
// Its path is in SCHEMATHESIS, or it is found by its name. Ends with its exit status.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import { openApi } from '../../lib/http/openapi.js';
import { speechRouter } from '../../lib/router.js';

/** A reply may refuse what the description lets through, such as a text in which nothing can be seen: that is not checked. */
const CHECKS = [
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];

const folder = mkdtempSync(join(tmpdir(), 'express-speech-'));
const description = join(folder, 'openapi.json');
// A 500 is described, and must not come: without its description it is a failure. A 503 is a right reply where nobody can answer.
writeFileSync(
  description,
  JSON.stringify(openApi('0.0.0'), (key, value: unknown) => (key === '500' ? undefined : value)),
);

const speech = speechRouter({ fallback: [{ type: 'local' }, { type: 'text' }], get: true, logger: false });
await speech.ready;
// Beyond 16 kB of headers Node itself makes a 431, before the router is asked.
const server = createServer({ maxHeaderSize: 262_144 }, express().use('/v1', speech));
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const { port } = server.address() as AddressInfo;

const tester = spawn(
  process.env['SCHEMATHESIS'] ?? 'schemathesis',
  [
    ...['run', description, '--url', `http://127.0.0.1:${String(port)}/v1`],
    ...['--phases', 'examples,coverage,fuzzing', '--checks', CHECKS.join(',')],
    ...['--max-examples', '40', '--max-time', '30', '--seed', '1', '--generation-deterministic'],
  ],
  { cwd: folder, stdio: 'inherit' },
);
process.exitCode = await new Promise<number>((resolve) => {
  tester.once('error', (error) => {
    console.error(`schemathesis cannot be run: ${error.message}`);
    resolve(1);
  });
  tester.once('close', (code) => {
    resolve(code ?? 1);
  });
});
await speech.close();
server.close();
server.closeAllConnections();
rmSync(folder, { recursive: true });
