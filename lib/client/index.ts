export { speak } from './speak.js';
export type { SpeakOptions, SpeechPlayback } from './speak-options.js';
export type { SpeechEvent, SpeechOutcome, SpeechProblem, SpeechReason } from './outcome.js';
