import { SpeechError } from '../../speech/error.js';
import type { SpeechModel, SpeechVoice } from '../../speech/provider.js';
import { discard } from '../../streams/discard.js';
import { readText } from './body-reader.js';
import type { RemoteClient } from './client.js';
import { failureOfStatus } from './error-reply.js';
import { KnownNames } from './known-names.js';
import { readModels, readVoices } from './lists.js';
import type { KnownLists } from './names.js';

/** Most bytes of a list of voices or models. */
export const MOST_LIST_BYTES = 1024 * 1024;

/** Milliseconds for which a name that is in no known list is no reason to load the lists again. */
const FRESH_FOR = 60_000;

/** Where servers have their lists, the most common place first: OpenAI has no list of voices, so every server found a place of its own. */
const VOICE_PATHS = ['/audio/voices', '/voices', '/audio/speech/voices'];
const MODEL_PATHS = ['/models', '/audio/models'];

interface Context {
  readonly signal: AbortSignal;
}

/** What a server lists. Remembers the last list of each kind that was had, so that asked names can be held against it. */
export class RemoteLists implements KnownLists {
  voices: KnownNames | undefined;
  models: KnownNames | undefined;
  readonly #client: RemoteClient;
  #freshUntil = 0;

  constructor(client: RemoteClient) {
    this.#client = client;
  }

  async loadVoices(context: Context): Promise<SpeechVoice[]> {
    const voices = readVoices(await this.#loadFirst(VOICE_PATHS, context));
    this.voices = namesOf(voices) ?? this.voices;
    return voices;
  }

  async loadModels(context: Context): Promise<SpeechModel[]> {
    const models = readModels(await this.#loadFirst(MODEL_PATHS, context));
    this.models = namesOf(models) ?? this.models;
    return models;
  }

  /**
   * Loads both lists in the background, at most once a minute. Called when somebody has asked for a name that no known list has:
   * the server may have been down when the lists were loaded, or have learnt a voice since.
   */
  refresh(): void {
    const now = performance.now();
    if (now < this.#freshUntil) return;
    this.#freshUntil = now + FRESH_FOR;
    // Nobody waits; the limits of the calls end them, and so does the client when it is closed.
    const context = new AbortController();
    this.loadVoices(context).catch(ignore);
    this.loadModels(context).catch(ignore);
  }

  /** Goes on to the next place where there is no list in one. */
  async #loadFirst([path = '', ...others]: readonly string[], context: Context): Promise<unknown> {
    try {
      return await this.#load(path, context);
    } catch (error) {
      if (others.length === 0 || !hasNoList(error)) throw error;
      return this.#loadFirst(others, context);
    }
  }

  async #load(path: string, { signal }: Context): Promise<unknown> {
    const exchange = this.#client.get(path, { signal, maxBytes: MOST_LIST_BYTES });
    const response = await exchange.head;
    if (response.statusCode !== 200) {
      discard(response);
      throw failureOfStatus(response);
    }
    return parse(await readText(exchange, response, MOST_LIST_BYTES));
  }
}

/** A list with nothing in it is one of a server that is still loading, or cannot tell; it says of no name that it is unknown. */
function namesOf(items: readonly { readonly id: string }[]): KnownNames | undefined {
  return items.length === 0 ? undefined : new KnownNames(items.map(({ id }) => id));
}

function hasNoList(error: unknown): boolean {
  return SpeechError.is(error) && (error.code === 'status.404' || error.code === 'status.405');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SpeechError('bad_response', 'the list is not JSON', { cause });
  }
}

function ignore(): void {
  // What is known stays what it was.
}
