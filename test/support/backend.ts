import { createServer, type ServerResponse } from 'node:http';
import { SPEECH_FORMATS, type SpeechFormat } from '../../lib/audio/formats.js';
import { soundIn } from './audio.js';
import { CONTENT_TYPES } from './content-types.js';
import { listen } from './speech-api.js';

export interface BackendRequest {
  readonly body: Readonly<Record<string, unknown>>;
  readonly format: SpeechFormat;
}

export type Speak = (response: ServerResponse, request: BackendRequest) => void;

/** A real speech server on a port of its own, whose lists and answers are the test's and may change. */
export interface Backend {
  readonly baseUrl: string;
  /** By path below the base address; what is not there is a 404. */
  readonly lists: Record<string, unknown>;
  speak: Speak;
  /** The bodies of the requests to speak. */
  readonly asked: readonly Readonly<Record<string, unknown>>[];
  /** The paths that were asked for beside. */
  readonly listed: readonly string[];
  readonly openSockets: ReadonlySet<unknown>;
  close(): Promise<void>;
}

export const speakPlainly: Speak = (response, { format }) => {
  response.setHeader('content-type', CONTENT_TYPES[format]).end(soundIn(format));
};

export async function startBackend(lists: Record<string, unknown> = {}): Promise<Backend> {
  const asked: Record<string, unknown>[] = [];
  const listed: string[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', () => undefined);
    request.once('end', () => {
      const path = (request.url ?? '').replace('/v1', '');
      if (request.method === 'POST') {
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        asked.push(body);
        const format = SPEECH_FORMATS.find((each) => each === body['response_format']) ?? 'mp3';
        backend.speak(response, { body, format });
        return;
      }
      listed.push(path);
      if (path in lists) response.end(JSON.stringify(lists[path]));
      else response.writeHead(404).end('{"detail":"Not Found"}');
    });
  });
  const { port, openSockets, close } = await listen(server);
  const baseUrl = `http://127.0.0.1:${String(port)}/v1`;
  const backend: Backend = { baseUrl, lists, speak: speakPlainly, asked, listed, openSockets, close };
  return backend;
}
