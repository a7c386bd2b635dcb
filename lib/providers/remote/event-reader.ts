import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { SpeechError } from '../../speech/error.js';
import { isSpeechUsage, type SpeechUsage } from '../../speech/provider.js';
import { Base64Stream } from './base64-stream.js';

/** What is to be done with what the events say. Nothing is called after `onDone` or `onFailure`. */
export interface EventReaderOptions {
  /** Most characters of one event. */
  readonly maxLength: number;
  readonly onSound: (bytes: Buffer) => void;
  readonly onDone: (usage: SpeechUsage | undefined) => void;
  /** @param said the event, where it was the server that reported the failure */
  readonly onFailure: (error: SpeechError, said?: string) => void;
}

/** What some servers send behind the last event of a stream, and a few in its place. */
const END_MARK = '[DONE]';

/** Reads the events of OpenAI's speech API, `speech.audio.delta` and `speech.audio.done`, out of the bytes of a reply. */
export class EventReader {
  readonly #options: EventReaderOptions;
  readonly #text = new TextDecoder();
  readonly #base64 = new Base64Stream();
  readonly #parser;
  #state: 'no events' | 'events' | 'sound' | 'over' = 'no events';
  #isEnding = false;

  constructor(options: EventReaderOptions) {
    this.#options = options;
    this.#parser = createParser({
      maxBufferSize: options.maxLength,
      onEvent: (message) => {
        this.#take(message);
      },
      onError: ({ type }) => {
        // A line that is none of an event's is to be passed over (HTML Living Standard, section 9.2.6).
        if (type === 'max-buffer-size-exceeded') this.#fail('too_large', 'an event of the server’s has no end');
      },
    });
  }

  read(chunk: Uint8Array): void {
    if (this.#state !== 'over') this.#parser.feed(this.#text.decode(chunk, { stream: true }));
  }

  /** Takes note that the reply has ended. Without a word that the sound is whole, it is not. */
  end(): void {
    this.#isEnding = true;
    // Some servers forget the blank line behind their last event.
    if (this.#state !== 'over') this.#parser.feed('\n\n');
    switch (this.#state) {
      case 'no events':
        this.#fail('not_audio', 'the server sent something that is neither sound nor events');
        break;
      case 'events':
        this.#fail('empty', 'the server’s events have no sound in them');
        break;
      case 'sound':
        this.#fail('truncated', 'the events ended without a word that the sound is whole');
        break;
      case 'over':
        break;
    }
  }

  #take({ event, data }: EventSourceMessage): void {
    if (this.#state === 'over') return;
    if (data.trim() === END_MARK) {
      this.#done(undefined);
      return;
    }
    const fields = fieldsOf(data);
    if (fields === undefined) {
      // A last one that is not JSON was cut, which is another failure. And what never was JSON may be anything, such as a sign of life.
      if (!this.#isEnding && data.startsWith('{')) this.#fail('bad_response', 'an event of the server’s is not JSON');
      return;
    }
    if (this.#state === 'no events') this.#state = 'events';
    const type = fields['type'] ?? event;
    if (type === 'error' || Boolean(fields['error'])) {
      this.#fail('bad_response', 'the server reported an error in place of sound', data);
    } else if (type === 'speech.audio.delta') this.#sound(fields['audio']);
    else if (type === 'speech.audio.done') this.#done(usageIn(fields['usage'] ?? fields['token_usage']));
  }

  #sound(audio: unknown): void {
    this.#give(typeof audio === 'string' ? this.#base64.decode(audio) : undefined);
  }

  #give(sound: Buffer | undefined): void {
    if (sound === undefined) this.#fail('bad_response', 'the sound of an event is not base64');
    else if (sound.length > 0) {
      this.#state = 'sound';
      this.#options.onSound(sound);
    }
  }

  #done(usage: SpeechUsage | undefined): void {
    this.#give(this.#base64.end());
    if (this.#state === 'over') return;
    if (this.#state !== 'sound') {
      this.#fail('empty', 'the server’s events have no sound in them');
      return;
    }
    this.#state = 'over';
    this.#options.onDone(usage);
  }

  #fail(
    code: 'bad_response' | 'too_large' | 'not_audio' | 'empty' | 'truncated',
    message: string,
    said?: string,
  ): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#options.onFailure(new SpeechError(code, message), said);
  }
}

function fieldsOf(data: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return undefined;
  }
}

/** Reads what OpenAI's servers say of the tokens used; nothing where it is not all there. */
function usageIn(value: unknown): SpeechUsage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { input_tokens, output_tokens, total_tokens }: Record<string, unknown> = { ...value };
  const usage = {
    inputTokens: input_tokens,
    outputTokens: output_tokens,
    totalTokens: total_tokens ?? Number(input_tokens) + Number(output_tokens),
  };
  return isSpeechUsage(usage) ? usage : undefined;
}
