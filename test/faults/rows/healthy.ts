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
      await stage.startApp({ baseUrl: server.baseUrl });
      for (const format of ['wav', 'mp3', 'opus', 'aac', 'flac', 'pcm'] as const) {
        expectSpeechFrom(await stage.ask({ format }), 'remote');
      }
    },
  },
];
