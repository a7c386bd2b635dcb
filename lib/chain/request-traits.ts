import { createHash } from 'node:crypto';
import type { CallTraits } from '../resilience/index.js';
import type { SpeechRequest } from '../speech/request.js';
import { countScripts } from '../text/script.js';

/** Characters that are looked at to know the writing systems of a text. */
const TELLING_CHARACTERS = 200;

/** What a request asks for, trait by trait: each may be what a server cannot do. What came from the client is known by its hash. */
export class RequestTraits implements CallTraits {
  readonly #request: SpeechRequest;
  #traits: readonly string[] | undefined;

  constructor(request: SpeechRequest) {
    this.#request = request;
  }

  get traits(): readonly string[] {
    return (this.#traits ??= traitsOf(this.#request));
  }
}

function traitsOf(request: SpeechRequest): string[] {
  const { input, ssml, format, speed, voice, model, instructions, events, extra } = request;
  return [
    `text ${hashOf([input, ssml])}`,
    // By doubling: what is too long for a server is so from somewhere on.
    `length ${String(Math.ceil(Math.log2(input.length + 1)))}`,
    ...[...countScripts(input.slice(0, TELLING_CHARACTERS)).letters.keys()].map((script) => `script ${script}`),
    `format ${format}`,
    `speed ${String(speed)}`,
    `voice ${hashOf(voice)}`,
    `model ${hashOf(model)}`,
    `instructions ${hashOf(instructions)}`,
    `events ${String(events)}`,
    ...Object.entries(extra).map((field) => `field ${hashOf(field)}`),
  ];
}

function hashOf(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify([value]))
    .digest('base64')
    .slice(0, 16);
}
