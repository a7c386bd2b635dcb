import { SPEECH_FORMATS, type SpeechFormat } from '../audio/formats.js';
import type { Clock } from '../resilience/index.js';
import { hasMethods } from '../speech/has-methods.js';
import { MARK_KINDS, type MarkKind } from '../speech/mark-kinds.js';
import type {
  CheckContext,
  CheckFinding,
  SpeechCapabilities,
  SpeechModel,
  SpeechProvider,
  SpeechResult,
  SpeechVoice,
  SynthesisContext,
} from '../speech/provider.js';
import type { SpeechRequest } from '../speech/request.js';
import { checkResult } from './check-result.js';
import { customFailure } from './custom-failure.js';
import { harmlessSignal } from './harmless-signal.js';

/** Most voices, and most models, that a provider may list: more than any service has, and no more than a reply can have at once. */
const MOST_LISTED = 2_000;
/** Longest id and name of one, as in a request. */
const MOST_NAME_CHARACTERS = 256;

type Signalled = { readonly signal: AbortSignal };

export interface CustomProviderOptions {
  readonly name: string;
  readonly type: string;
  readonly clock: Clock;
}

/**
 * Stands around a provider of the user's own, which is called through it alone, so that everything behind it can trust a provider.
 * Whatever a method of the user's throws, returns or rejects with, those here resolve with what they should, or reject with a
 * `SpeechError`. Calls that never end are left to the limits of whoever calls.
 */
export class CustomProvider implements SpeechProvider {
  readonly name: string;
  readonly type: string;
  readonly check?: (context: CheckContext) => Promise<CheckFinding>;
  readonly voices?: (context: Signalled) => Promise<readonly SpeechVoice[]>;
  readonly models?: (context: Signalled) => Promise<readonly SpeechModel[]>;
  readonly #own: SpeechProvider;
  readonly #clock: Clock;
  #closing: Promise<void> | undefined;

  constructor(own: SpeechProvider, { name, type, clock }: CustomProviderOptions) {
    this.name = name;
    this.type = type;
    this.#own = own;
    this.#clock = clock;
    if (hasMethods(own, ['check']))
      this.check = async ({ signal, mustSpeak }) =>
        findingOf(
          await trusted(
            () => own.check({ signal: harmlessSignal(signal), ...(mustSpeak === true && { mustSpeak }) }),
            signal,
          ),
        );
    if (hasMethods(own, ['voices']))
      this.voices = async ({ signal }) =>
        listOf(await trusted(() => own.voices({ signal: harmlessSignal(signal) }), signal), readVoice);
    if (hasMethods(own, ['models']))
      this.models = async ({ signal }) =>
        listOf(await trusted(() => own.models({ signal: harmlessSignal(signal) }), signal), readModel);
  }

  /** Asked anew each time, as a provider may learn what it can do. */
  get capabilities(): SpeechCapabilities {
    try {
      const given = Object(this.#own.capabilities) as Record<string, unknown>;
      const { formats, maxInput, maxCallsPerMinute, ssml, marks } = given;
      return {
        ...(Array.isArray(formats) ? { formats: [...new Set(formats.filter(isFormat))] } : {}),
        ...(isCount(maxInput) ? { maxInput } : {}),
        ...(isCount(maxCallsPerMinute) ? { maxCallsPerMinute } : {}),
        ...(ssml === true ? { ssml } : {}),
        ...(Array.isArray(marks) ? { marks: [...new Set(marks.filter(isMarkKind))] } : {}),
      };
    } catch {
      return {};
    }
  }

  synthesize(request: SpeechRequest, { signal, deadline, logger, extraCall }: SynthesisContext): Promise<SpeechResult> {
    return trusted(
      async () => {
        // A copy: whatever becomes of it, the next provider is asked for what the client sent.
        const result: unknown = await this.#own.synthesize(structuredClone(request), {
          signal,
          deadline,
          logger,
          extraCall,
        });
        return checkResult(result, { request, signal, clock: this.#clock });
      },
      signal,
      request,
    );
  }

  close(): Promise<void> {
    return (this.#closing ??= trusted(() => this.#own.close?.()));
  }
}

/** Calls something of the user's, and makes an error that can be trusted of whatever it throws or rejects with. */
async function trusted<Value>(
  call: () => Promise<Value> | Value,
  signal?: AbortSignal,
  request?: SpeechRequest,
): Promise<Value> {
  try {
    return await call();
  } catch (thrown) {
    throw customFailure(thrown, signal, request);
  }
}

function findingOf(resolved: unknown): CheckFinding {
  return resolved === 'spoke' || resolved === 'unknown' ? resolved : 'well';
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0;
}

function isMarkKind(value: unknown): value is MarkKind {
  return MARK_KINDS.some((kind) => kind === value);
}

function isFormat(value: unknown): value is SpeechFormat {
  return SPEECH_FORMATS.some((format) => format === value);
}

function listOf<Item>(items: unknown, read: (item: unknown) => Item | undefined): Item[] {
  if (!Array.isArray(items)) return [];
  const listed: Item[] = [];
  for (let index = 0; index < Math.min(items.length, MOST_LISTED); index += 1) {
    const item = harmlessly(() => read(items[index]));
    if (item !== undefined) listed.push(item);
  }
  return listed;
}

function harmlessly<Item>(read: () => Item): Item | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function readVoice(item: unknown): SpeechVoice | undefined {
  const { id, name } = Object(item) as Record<string, unknown>;
  return isName(id) && isName(name) ? { id, name } : undefined;
}

function readModel(item: unknown): SpeechModel | undefined {
  const { id } = Object(item) as Record<string, unknown>;
  return isName(id) ? { id } : undefined;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MOST_NAME_CHARACTERS;
}
