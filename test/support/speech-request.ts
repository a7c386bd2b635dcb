import type { SpeechLogger, SpeechRequest, SynthesisContext } from '../../lib/index.js';

export function speechRequest(fields: Partial<SpeechRequest> = {}): SpeechRequest {
  return {
    input: 'Hello there.',
    format: 'wav',
    speed: 1,
    voice: undefined,
    model: undefined,
    instructions: undefined,
    extra: {},
    requestId: 'test',
    ...fields,
  };
}

export const silentLogger: SpeechLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export function context(fields: Partial<SynthesisContext> = {}): SynthesisContext {
  return { signal: new AbortController().signal, deadline: 10_000, logger: silentLogger, ...fields };
}
