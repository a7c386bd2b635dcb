import type { SpeechEvent, SpeechOutcome } from './outcome.js';

/** The options of `speak()`. */
export interface SpeakOptions {
  /**
   * Address of the speech route, where the README mounts it.
   *
   * @default '/v1/audio/speech'
   */
  readonly url?: string | URL;
  /** The voice. Without it the provider's own, or that of the browser for the language. */
  readonly voice?: string;
  /** The model, for servers that have several. */
  readonly model?: string;
  /**
   * Pace as a factor of normal, 0.25 to 4; the browser's voice keeps to it as well.
   *
   * @default 1
   */
  readonly speed?: number;
  /**
   * What the server is to send. Every browser can play `mp3` while it loads. `aac` can be too, in most browsers; the others are played
   * once they have come as a whole.
   *
   * @default 'mp3'
   */
  readonly format?: 'mp3' | 'opus' | 'aac' | 'flac' | 'wav';
  /** How to speak, in words, for models that take it. */
  readonly instructions?: string;
  /** Sent with the request, such as an `Authorization`. */
  readonly headers?: HeadersInit;
  /**
   * Whether cookies go to a server of another origin.
   *
   * @default 'same-origin'
   */
  readonly credentials?: RequestCredentials;
  /** Asks the server in place of the browser's own `fetch`. It has to honour the signal that it is given. */
  readonly fetch?: (url: string | URL, init: RequestInit) => Promise<Response>;
  /**
   * Milliseconds that the server may send nothing at all, before its reply and during it. Half as much again as the server's own
   * deadline; longer than that it keeps nobody waiting unless the network between has died unnoticed.
   *
   * @default 15_000
   */
  readonly timeout?: number;
  /** Stops the speech when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * Language of the text, for the browser's voice.
   *
   * @default that of the document
   */
  readonly lang?: string;
  /**
   * The browser's own voice, as the last resort: `false` to do without.
   *
   * @default `window.speechSynthesis`
   */
  readonly speechSynthesis?: boolean | SpeechSynthesis;
  /**
   * The element to play with, which may show its controls. What it played before is dropped.
   *
   * @default one that is in no document
   */
  readonly audio?: HTMLAudioElement;
  /**
   * Whether to speak over what an earlier `speak()` says, which is stopped else.
   *
   * @default false
   */
  readonly overlap?: boolean;
  /** Hears of what happens. Where it throws, the error is reported to the window, like that of any listener, and goes no further. */
  readonly on?: (event: SpeechEvent) => void;
}

/** A speech under way. */
export interface SpeechPlayback {
  /**
   * Resolves when all is over, with what became of it; it never rejects. A speech that is paused, or blocked until the user has
   * clicked, is not over.
   */
  readonly finished: Promise<SpeechOutcome>;
  /** Ends the request and the sound at once, and frees what they held. After the end it does nothing. */
  stop(): void;
  /** Pauses, from before the first sound on if need be. Loading goes on as far as the browser keeps sound in store. */
  pause(): void;
  /** Goes on after a pause, or in the handler of a click after `blocked`. The browser's voice begins its last piece of text again. */
  resume(): void;
  /** The element that it is played with. */
  readonly audio: HTMLAudioElement;
}
