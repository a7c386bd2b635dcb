import type { ProviderStatus, SpeechEventMap, SpeechLogger } from '../../lib/index.js';

/** What is told of a request that went well, or otherwise as the test says. */
export function requestEnd(fields: Partial<SpeechEventMap['request']> = {}): SpeechEventMap['request'] {
  return {
    requestId: 'test',
    provider: 'first',
    outcome: 'audio',
    code: null,
    degraded: false,
    format: 'mp3',
    characters: 12,
    leftOut: 0,
    firstByteMs: 50,
    totalMs: 100,
    cache: 'off',
    ...fields,
  };
}

/** The state of a provider that is well, or otherwise as the test says. */
export function providerStatus(name: string, fields: Partial<ProviderStatus> = {}): ProviderStatus {
  return {
    name,
    type: 'remote',
    state: 'up',
    circuit: 'closed',
    running: 0,
    queued: 0,
    limit: 10,
    lastError: null,
    lastCheck: null,
    ...fields,
  };
}

/** A logger that keeps what it is given. */
export function keepingLogger(): { readonly lines: unknown[]; readonly logger: SpeechLogger } {
  const lines: unknown[] = [];
  const at = (level: string) => (object: object, message?: string) => lines.push([level, object, message]);
  return { lines, logger: { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') } };
}
