/**
 * Why a speech is not, or not to its end, the server's own sound.
 *
 * Beside those named here it is what the server says: the `reason` of a text reply or the `code` of an error, such as `refused` or
 * `invalid_value`, and `status.NNN` for an error that names none.
 *
 * - `stopped`: by `stop()`, by the signal, by a later `speak()`, or because the page gave the audio element something else to play
 * - `truncated`: the connection broke off; what had come was played to its end
 * - `network`: the server could not be reached
 * - `timeout`: the server sent nothing for too long
 * - `bad_reply`: something answered that is no speech route, such as a page of HTML
 * - `unplayable`: the browser cannot play this sound
 * - `no_voices`: the browser was to speak and has no voice
 * - `voice.NAME`: the browser's voice failed; NAME is the `error` of its event, such as `voice.synthesis-failed`
 * - `internal`: a fault of this module
 */
export type SpeechReason =
  | 'stopped'
  | 'truncated'
  | 'network'
  | 'timeout'
  | 'bad_reply'
  | 'unplayable'
  | 'no_voices'
  | `voice.${string}`
  | `status.${number}`
  | 'internal'
  // What the server says is open, as it grows without this module.
  | (string & {});

/** Says what kept the server's sound away. The code is for programs, the message for a log. */
export interface SpeechProblem {
  /** What went wrong, for programs. */
  readonly code: SpeechReason;
  /** The same in a sentence, for a log. */
  readonly message: string;
}

/** What became of a speech, as plain data. */
export interface SpeechOutcome {
  /** What was heard last: the server's sound, the browser's own voice, or nothing at all. */
  readonly spoken: 'audio' | 'browser' | 'nothing';
  /** Whether the text was spoken to its end, by whatever voice. */
  readonly complete: boolean;
  /**
   * Null when the server's sound was heard to its end. Where the browser spoke to the end, why it had to; else what the speech
   * ended with.
   */
  readonly reason: SpeechReason | null;
  /** Name of the provider that answered; null when none did, or when another origin's server does not expose the header. */
  readonly provider: string | null;
  /** Whether the server says that its first provider did not answer. */
  readonly degraded: boolean;
  /** HTTP status of the reply; null when there was none. */
  readonly status: number | null;
  /** To find the request in the server's log. */
  readonly requestId: string | null;
  /** The text to be spoken or shown in place of sound, where no sound could be heard: the server's, made readable, or the given one. */
  readonly text?: string;
  /** What kept the server's sound away; `reason` may be something that came after it. */
  readonly error?: SpeechProblem;
}

/**
 * What happens to a speech, in the order in which it does.
 *
 * - `loading`: the server is asked; told before `speak()` returns
 * - `reply`: it has answered; `headers` are the reply's
 * - `fallback`: the browser's own voice is to speak
 * - `playing`: sound can be heard, for the first time or again
 * - `waiting`: the sound has run dry and goes on by itself as soon as more has come
 * - `paused`: by `pause()` or by the controls of the audio element
 * - `blocked`: the browser wants a gesture of the user's first. What has come is kept, for `resume()` in the handler of a click
 * - `ended`: always the last one, and always told
 */
export type SpeechEvent =
  | {
      /** The server is asked. */
      readonly type: 'loading';
    }
  | ({
      /** The server has answered. */
      readonly type: 'reply';
      /** The reply's headers, as far as another origin's server exposes them. */
      readonly headers: Headers;
    } & Pick<SpeechOutcome, 'provider' | 'degraded' | 'status' | 'requestId'>)
  | {
      /** The browser's own voice is to speak. */
      readonly type: 'fallback';
      /** Why it has to. */
      readonly reason: SpeechReason;
      /** What it says. */
      readonly text: string;
    }
  | {
      /** Sound can be heard. */
      readonly type: 'playing';
      /** Whose: the server's, or that of the browser's own voice. */
      readonly by: 'audio' | 'browser';
    }
  | {
      /** The sound has run dry and goes on by itself. */
      readonly type: 'waiting';
    }
  | {
      /** The sound is paused. */
      readonly type: 'paused';
    }
  | {
      /** The browser wants a gesture of the user's first. */
      readonly type: 'blocked';
    }
  | {
      /** All is over. */
      readonly type: 'ended';
      /** What became of the speech. */
      readonly outcome: SpeechOutcome;
    };
