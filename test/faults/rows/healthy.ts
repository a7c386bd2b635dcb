import { expectSpeechFrom } from '../expectations.js';
import type { Fault } from '../fault.js';
import { startSpeechServer } from '../speech-server.js';

/** No fault at all: what the others are compared with. */
export const HEALTHY: readonly Fault[] = [
  {
    name: 'nothing goes wrong',
    group: 'healthy',
    how: 'a server that speaks in every format',
    reply: 'its speech',
    code: null,
    counts: 'success',
    async run(stage) {
      const server = await startSpeechServer(stage, 'speaks in chunks');
      // Limits that long would show a timer which nobody has stopped.
      const timeout = { connect: 20_000, send: 20_000, firstByte: 20_000, idle: 20_000, total: 60_000 };
      await stage.startApp({ baseUrl: server.baseUrl, remote: { timeout } });
      for (const format of ['wav', 'mp3', 'opus', 'aac', 'flac', 'pcm'] as const) {
        expectSpeechFrom(await stage.ask({ format }), 'remote');
      }
    },
  },
];
