import type { Request } from 'express';
import type { Attempt } from '../resilience/index.js';
import type { SpeechText } from '../speech/provider.js';
import { acceptsOnlyAudio } from './accept.js';
import { exhausted } from './problems.js';
import type { ReplyChannel } from './reply-channel.js';
import { renderError } from './send-error.js';
import { sendJson } from './send-json.js';

export interface TextReply {
  readonly input: string;
  readonly result: SpeechText;
  readonly attempts: readonly Attempt[];
}

/** Says why there is no audio: the first failure, as that is the provider the operator wanted. A chain of text alone has none. */
export function reasonOf(attempts: readonly Attempt[]): string {
  return attempts.find((attempt) => attempt.code !== null)?.code ?? 'unsupported';
}

/** Sends the text in place of speech: as JSON, or beside an error for clients and gateways that only know audio. */
export function sendText(request: Request, channel: ReplyChannel, { input, result, attempts }: TextReply): void {
  const { text } = result;
  const reason = reasonOf(attempts);
  if (result.status === 503 || acceptsOnlyAudio(request)) {
    renderError(channel, exhausted(reason), { text });
    return;
  }
  const failed = attempts
    .filter((attempt) => attempt.code !== null)
    .map(({ step, code, ms }) => ({ provider: step, code, ms: Math.round(ms) }));
  sendJson(channel, 200, { object: 'speech.text', input, text, reason, attempts: failed });
}
