import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SPEECH_FORMATS, type SpeechFormat } from '../../lib/audio/formats.js';
import { BEHAVIOURS, type BehaviourName } from '../support/upstream.js';
import type { FaultServer, FaultStage } from './fault.js';

/** What a server does with a request to speak, whose body has been read. */
export type Behaviour = (
  response: ServerResponse,
  format: SpeechFormat,
  request: IncomingMessage,
  body: Readonly<Record<string, unknown>>,
) => void;

/** A real OpenAI-compatible server that does to its clients what the row wants; its lists are well, if nothing else is said. */
export interface SpeechServer extends FaultServer {
  /** Requests to speak so far. */
  readonly asked: readonly { readonly input: string; readonly at: number }[];
  behave(behaviour: Behaviour | BehaviourName): void;
  /** Answers from now on in this way who asks for its lists. */
  list(answer: (response: ServerResponse) => void): void;
}

export async function startSpeechServer(
  stage: FaultStage,
  first: Behaviour | BehaviourName,
  host?: string,
): Promise<SpeechServer> {
  let behaviour = behaviourOf(first);
  let list = (response: ServerResponse): void => {
    response.setHeader('connection', 'close').end('{"data":[{"id":"tts-1"}],"voices":["alloy"]}');
  };
  const asked: { input: string; at: number }[] = [];
  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    if (request.url !== '/v1/audio/speech') {
      list(response);
      return;
    }
    void jsonOf(request).then((body) => {
      asked.push({ input: String(body['input']), at: performance.now() });
      behaviour(response, formatOf(body), request, body);
    });
  });
  const listening = await stage.listen(server, host);
  return {
    ...listening,
    asked,
    behave(next) {
      behaviour = behaviourOf(next);
    },
    list(answer) {
      list = answer;
    },
  };
}

export function behaviourOf(behaviour: Behaviour | BehaviourName): Behaviour {
  return typeof behaviour === 'string' ? BEHAVIOURS[behaviour] : behaviour;
}

/** Answers with a status. */
export const saying =
  (status: number, headers: Record<string, string> = {}, body = '{"error":{"message":"no"}}'): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  };

/** Does one thing after the other, and the last of them from then on. */
export function inTurn(...behaviours: readonly (Behaviour | BehaviourName)[]): Behaviour {
  let turn = 0;
  return (...asked) => {
    const behaviour = behaviours[Math.min(turn, behaviours.length - 1)];
    turn += 1;
    if (behaviour !== undefined) behaviourOf(behaviour)(...asked);
  };
}

async function jsonOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
    return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
  } catch {
    // The client has left in the middle of its request.
    return {};
  }
}

function formatOf(body: Record<string, unknown>): SpeechFormat {
  return SPEECH_FORMATS.find((format) => format === body['response_format']) ?? 'mp3';
}
