import type { SpeechFormat } from '../../audio/formats.js';
import type { MarkKind } from '../../speech/mark-kinds.js';
import type { PcmOption } from './pcm-layout.js';

/** Milliseconds for each phase of a call. */
export interface RemoteTimeouts {
  /** Resolving the name. */
  readonly lookup: number;
  /** Until the connection stands, waiting for a free socket included. */
  readonly connect: number;
  readonly secureConnect: number;
  /** Until the request has been handed to the network. */
  readonly send: number;
  /** From then to the first proven byte of sound. */
  readonly firstByte: number;
  /** Between two pieces of the body, while the reader wants more. */
  readonly idle: number;
  /** The whole call. */
  readonly total: number;
}

/** Options of a remote, with every default filled in. */
export interface RemoteOptions {
  readonly name: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly model?: string;
  readonly voice?: string;
  readonly voices: Readonly<Record<string, string>>;
  readonly formats: readonly SpeechFormat[];
  /** What its bare samples are, where no header says it. */
  readonly pcm: PcmOption;
  /** Whether the server takes SSML as its input. Where it does not, a text that came as SSML is sent plain. */
  readonly ssml: boolean;
  /** The marks that the server understands; a text is sent without the others. */
  readonly marks: readonly MarkKind[];
  readonly maxInput?: number;
  /** Most calls in any minute. */
  readonly maxCallsPerMinute?: number;
  readonly timeout: RemoteTimeouts;
  readonly pool: { readonly maxSockets: number; readonly keepAlive: number };
  readonly maxBytes: number;
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
  readonly allowAddresses?: readonly string[];
  /** What a health check asks for in place of the list of models. */
  readonly healthPath?: string;
  /** Whether health checks speak as well. */
  readonly healthSpeaks?: boolean;
}
