import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import express from 'express';
import {
  SpeechError,
  speechAdmin,
  speechRouter,
  type SpeechAdminOptions,
  type SpeechProvider,
  type SpeechRouter,
  type SpeechRouterOptions,
  type SpeechStatus,
} from 'express-speech';
import { Deadline, systemClock } from 'express-speech/resilience';

declare global {
  namespace Express {
    interface Request {
      session?: { readonly isAdmin: boolean };
    }
  }
}

const silent: SpeechProvider = {
  name: 'silent',
  type: 'example',
  capabilities: { formats: ['wav'] },
  async synthesize(request, { signal, deadline, logger }) {
    logger.debug({ deadline, aborted: signal.aborted }, request.input);
    if (request.speed !== 1) return { kind: 'audio', contentType: 'audio/wav', stream: Readable.from([]) };
    throw new SpeechError('unsupported', 'this example never speaks');
  },
};
const options: SpeechRouterOptions = {
  fallback: [
    silent,
    { type: 'remote', baseUrl: 'http://127.0.0.1:9/v1', timeout: { connect: 100 } },
    { type: 'local' },
  ],
  deadline: Math.round(new Deadline(10_000, systemClock).remaining()),
};
const speech: SpeechRouter = speechRouter(options);
speech.on('attempt', ({ provider, code, ms }: { provider: string; code: string | null; ms: number }) => {
  console.log(provider, code, ms.toFixed(0));
});
// Never called: it is enough that it compiles, or does not.
export function mistakes(): void {
  // @ts-expect-error there is no such event
  speech.on('atempt', () => undefined);
  // @ts-expect-error there is no such option
  speechRouter({ deadlin: 1 });
  // @ts-expect-error there is no page without authorize
  speechAdmin(speech, {});
}
const status: SpeechStatus = speech.status();
console.log(status.providers.map(({ name, state }) => `${name} ${state}`).join(', '));

const app = express();
app.use('/v1', speech);
const admin: SpeechAdminOptions = { authorize: async (request) => request.get('x-admin') === 'yes' };
app.use('/admin', speechAdmin(speech, admin));
// What the types of a session add to a request of Express is known, and so is a request of Express itself.
app.use('/admin2', speechAdmin(speech, { authorize: ({ session }) => session?.isAdmin === true }));
app.use('/admin3', speechAdmin(speech, { authorize: (request: express.Request) => request.query['key'] === 'x' }));
app.use('/all', express.Router().use(speech));
const server = app.listen(0, () => {
  void speak((server.address() as AddressInfo).port);
});

async function speak(port: number): Promise<void> {
  await speech.ready;
  const reply = await fetch(`http://127.0.0.1:${port}/v1/audio/speech`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: 'Hello from TypeScript.', response_format: 'wav' }),
  });
  const bytes = Buffer.from(await reply.arrayBuffer());
  await speech.close();
  server.close();
  if (reply.headers.get('x-speech-provider') === 'local' && bytes.length > 20_000) console.log('spoke');
}
