import type { RemoteOptions } from '../../providers/remote/provider.js';
import type { SpeechErrorCode } from '../../speech/error.js';
import { connectionHint, isSecure } from './connection-hints.js';
import type { Reply, Unreached } from './probe-connection.js';
import { keyHint } from './speech-hints.js';

/** A list of models that a server did not give. It may speak all the same, and only then is it known what that was worth. */
export interface MissingList {
  /** The step that has failed, if the server does not speak for the same reason. */
  readonly step: 'http' | 'auth';
  readonly code: SpeechErrorCode;
  /** Says whether a failure to speak has the same reason. */
  readonly isSame: (code: SpeechErrorCode) => boolean;
  readonly hint: string;
  /** What is said of it where the server does speak. */
  readonly excuse: string;
}

/** Reads out of an answer that the list was refused to this key, or is elsewhere. */
export function refusalOf({ status, headers }: Reply, options: RemoteOptions): MissingList | undefined {
  if (status === 401 || status === 403) {
    return {
      step: 'auth',
      code: `status.${status}`,
      isSame: (code) => code === 'status.401' || code === 'status.403',
      hint: keyHint(options),
      excuse: 'the server does not show its list of models to this key; that is no fault where it speaks',
    };
  }
  if (status < 300 || status >= 400) return undefined;
  return {
    step: 'http',
    code: 'bad_response',
    isSame: (code) => code === 'bad_response',
    hint: redirectHint(headers.location, options),
    excuse: 'the server sends those elsewhere who ask for its list of models; that is no fault where it speaks',
  };
}

/** Reads out of a failure that the server is there, and did not give its list in time: it may be speaking to somebody else. */
export function lateList(unreached: Unreached, options: RemoteOptions): MissingList | undefined {
  const { step, error } = unreached;
  if (step !== 'http' || error.code !== 'timeout.first_byte') return undefined;
  return {
    step,
    code: error.code,
    isSame: () => true,
    hint: connectionHint(unreached, options),
    excuse: 'the list of models did not come in time; that is no fault where the server speaks',
  };
}

function redirectHint(location: string | undefined, options: RemoteOptions): string {
  return !isSecure(options) && location?.startsWith('https:') === true
    ? 'the server sends its callers to https, and redirects are not followed; begin the base URL with https://'
    : 'the server sends its callers elsewhere, and redirects are not followed; give the address it leads to';
}
