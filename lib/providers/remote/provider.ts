import type { IncomingMessage } from 'node:http';
import { finished } from 'node:stream/promises';
import { SpeechError } from '../../speech/error.js';
import type {
  CallAllowance,
  CheckFinding,
  SpeechAudio,
  SpeechProvider,
  SynthesisContext,
} from '../../speech/provider.js';
import type { SpeechRequest } from '../../speech/request.js';
import { SILENT_LOGGER } from '../../speech/silent-logger.js';
import { discard } from '../../streams/discard.js';
import { convertibleFormats, type Converter } from '../local/converter.js';
import { RemoteCapabilities } from './capabilities.js';
import { findingIn } from './check-finding.js';
import { RemoteClient } from './client.js';
import { EventSupport } from './event-support.js';
import { FormatSupport } from './format-support.js';
import { MOST_LIST_BYTES, RemoteLists } from './list-cache.js';
import { namesFor } from './names.js';
import type { RemoteOptions } from './options.js';
import { allowanceIn } from './rate-limit.js';
import type { ReceivedSound } from './received-sound.js';
import { speakInEvents } from './speak-in-events.js';
import { speakInFormat } from './speak-in-format.js';
import { speak, type SpeechCall } from './speech-call.js';

export type { RemoteOptions } from './options.js';

/** Milliseconds for which a spoken check that went well stands: speaking costs money, and the cheap check goes on meanwhile. */
const SPOKEN_STANDS = 60_000;
/** What a spoken check says. */
const CANARY = {
  input: 'Yes.',
  speed: 1,
  voice: undefined,
  model: undefined,
  instructions: undefined,
  extra: {},
  requestId: 'health-check',
};

type Signalled = { readonly signal: AbortSignal };

/** What a remote provider works with beside its server. */
export interface RemoteTools {
  /** Makes what is wanted of what the server makes. Without one the server has to make it itself. */
  readonly converter?: Converter;
  /** Called with sound as the server sends it, whatever is made of it. */
  readonly onReceived?: (sound: ReceivedSound) => void;
}

/** Makes a provider that asks an OpenAI-compatible server. */
export function createRemoteProvider(
  options: RemoteOptions,
  { converter, onReceived }: RemoteTools = {},
): SpeechProvider {
  const client = new RemoteClient(options);
  const lists = new RemoteLists(client);
  const now = (): number => performance.now();
  const events = new EventSupport(now);
  const convertible = converter === undefined ? [] : convertibleFormats();
  const support = new FormatSupport({ formats: options.formats, convertible, now });
  let spokenWellUntil = 0;

  const ask = (call: SpeechCall): ReturnType<typeof speak> =>
    call.request.events === true && events.mayAskFor(call.asked) ? speakInEvents(call, events) : speak(call);

  async function synthesize(request: SpeechRequest, context: SynthesisContext): Promise<SpeechAudio> {
    const names = namesFor(request, options, lists);
    let allowance: CallAllowance | undefined;
    const onHead = ({ headers }: IncomingMessage): void => {
      allowance = allowanceIn(headers, Date.now());
    };
    const call = { client, options, request, names, context, onHead };
    let audio: SpeechAudio;
    try {
      audio = await speakInFormat(call, { support, converter, ask, onReceived });
    } catch (error) {
      if (names.isUnlisted && isRefusal(error)) lists.refresh();
      throw error;
    }
    if (names.isUnlisted) lists.refresh();
    const { warnings } = names;
    if (warnings.length === 0 && allowance === undefined) return audio;
    return { ...audio, ...(warnings.length > 0 && { warnings }), ...(allowance !== undefined && { allowance }) };
  }

  /** Asks for the list of models, or for the path that is given for checks, and says what the answer is worth. */
  async function askForList(signal: AbortSignal): Promise<CheckFinding | SpeechError> {
    const exchange = client.get(options.healthPath ?? '/models', { signal, maxBytes: MOST_LIST_BYTES });
    const response = await exchange.head;
    discard(response);
    return findingIn(response, options.healthPath !== undefined);
  }

  /** Has the server speak a word, to its end. */
  async function sayAWord(signal: AbortSignal): Promise<void> {
    const context = { signal, deadline: options.timeout.total, logger: SILENT_LOGGER };
    // In what the server makes, so that nothing has to be made of it.
    const [wanted = 'mp3'] = options.formats;
    const [format = wanted] = support.orderFor(wanted);
    const { stream } = await synthesize({ ...CANARY, format }, context);
    await finished(stream.resume());
  }

  return {
    name: options.name,
    type: 'remote',
    capabilities: new RemoteCapabilities(options, support),

    synthesize,

    async check({ signal, mustSpeak = false, extraCall }) {
      const said = await askForList(signal);
      if (options.healthSpeaks !== true) {
        if (said instanceof Error) throw said;
        return said;
      }
      // Whatever the list says, it is the speech that counts.
      if (!mustSpeak && performance.now() < spokenWellUntil) return 'well';
      extraCall?.();
      await sayAWord(signal);
      spokenWellUntil = performance.now() + SPOKEN_STANDS;
      return 'spoke';
    },

    voices: (context: Signalled) => lists.loadVoices(context),

    models: (context: Signalled) => lists.loadModels(context),

    close() {
      client.close();
    },
  };
}

/** Says whether the server is there, and would not speak this: it may be for the name. */
function isRefusal(error: unknown): boolean {
  return SpeechError.is(error) && error.code.startsWith('status.4');
}
