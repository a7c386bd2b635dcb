import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { DEFAULTS } from '../../lib/resilience/index.js';

interface Found {
  readonly value: unknown;
  readonly step: string;
  readonly attempts: readonly { readonly step: string; readonly code: string | null }[];
}
type Find = (origin: string, query: string, signal: AbortSignal) => Promise<unknown>;
type Example = (a: string, b: string, signal: AbortSignal, find: Find) => Promise<Found>;

const LIBRARY = new URL('../../lib/resilience/index.ts', import.meta.url).href;
const page = await readFile(new URL('../../docs/resilience.md', import.meta.url), 'utf8');

/** Makes a function of the example: its imports are loaded, and what it leaves open is handed in. */
async function exampleOf(markdown: string): Promise<Example> {
  const code = /```js\n(?<code>.*?)```/s.exec(markdown)?.groups?.['code'] ?? expect.fail('there is no example');
  const lines = code.replace("'express-speech/resilience'", JSON.stringify(LIBRARY)).split('\n');
  const [imports = '', ...rest] = lines;
  const body = `return { value, step, attempts };`;
  const module = `${imports}\nexport async function run(a, b, signal, find) {\n${rest.join('\n')}\n${body}\n}`;
  const { run } = (await import(`data:text/javascript,${encodeURIComponent(module)}`)) as { readonly run: Example };
  return run;
}

const find: Find = async (origin, query, signal) => {
  const response = await fetch(`${origin}/${query}`, { signal });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
};

describe('docs/resilience.md', () => {
  const servers: Server[] = [];

  async function serve(listener: RequestListener): Promise<string> {
    const server = createServer(listener).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    }
  });

  const finds: RequestListener = ({ url }, response) => response.end(JSON.stringify({ found: url }));

  /** The example's services, with a first one that behaves so. */
  async function search(primary: RequestListener): Promise<Found> {
    const example = await exampleOf(page);
    const [a, b] = [await serve(primary), await serve(finds)];
    return example(a, b, new AbortController().signal, find);
  }

  it('has an example that finds', async () => {
    expect(await search(finds)).to.deep.include({ value: { found: '/shoes' }, step: 'primary' });
  });

  it('has an example that tries again when a connection breaks', async () => {
    let calls = 0;
    const found = await search((request, response) => {
      calls += 1;
      if (calls === 1) response.socket?.resetAndDestroy();
      else finds(request, response);
    });
    expect([found.step, calls]).to.deep.equal(['primary', 2]);
  });

  it('has an example that goes on to the replica when the first service hangs or fails', async () => {
    const hanging = await search(() => undefined);
    expect(hanging.attempts.map(({ step, code }) => [step, code])).to.deep.equal([
      ['primary', 'deadline'],
      ['replica', null],
    ]);
    const failing = await search((_request, response) => response.writeHead(500).end());
    expect([failing.step, failing.value]).to.deep.equal(['replica', { found: '/shoes' }]);
  });

  for (const [name, value] of Object.values(DEFAULTS).flatMap((defaults) => Object.entries(defaults))) {
    it(`tells the default of ${name}`, () => {
      const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(`| \`${name}\``));
      expect(row?.split('|').map((cell) => cell.trim())).to.include(String(value));
    });
  }
});
