import type { SpeechEventMap, SpeechStatusName } from '../../speech/events.js';
import type { ConfigChange } from './config-changes.js';

/** What has happened, as the page tells it. */
export type Happening =
  | { readonly event: 'circuit'; readonly provider: string; readonly to: 'open' | 'closed' }
  | {
      readonly event: 'provider';
      readonly provider: string;
      readonly to: string;
      /** Why its last check failed, where that is what it went down by. */
      readonly code: string | null;
    }
  | { readonly event: 'status'; readonly from: SpeechStatusName; readonly to: SpeechStatusName }
  | {
      readonly event: 'configuration';
      readonly revision: string;
      readonly origin: SpeechEventMap['configuration']['origin'];
      /** Who saved it on this page, where the application says who asks. */
      readonly by: string | null;
      /** Why the file is not used; null where all is well. */
      readonly problem: string | null;
      readonly changes: readonly ConfigChange[];
    };

/** A happening, and the Unix time in milliseconds of it. */
export type LoggedEvent = Happening & { readonly at: number };

/** As many as somebody reads: those of a bad night, and not every move of a server that flaps for weeks. */
const MOST_EVENTS = 200;

/** The last things that happened. */
export class EventLog {
  #events: readonly LoggedEvent[] = [];

  add(happening: Happening, at: number): void {
    this.#events = [{ ...happening, at }, ...this.#events.slice(0, MOST_EVENTS - 1)];
  }

  /** Adds who has saved a configuration, which its event does not know. */
  attribute(revision: string, by: string): void {
    const index = this.#events.findIndex((logged) => isSaved(logged, revision));
    this.#events = this.#events.map((logged, at) => (at === index ? { ...logged, by } : logged));
  }

  /** Returns the newest first. */
  read(): readonly LoggedEvent[] {
    return this.#events;
  }
}

function isSaved(logged: LoggedEvent, revision: string): boolean {
  return logged.event === 'configuration' && logged.origin === 'admin' && logged.revision === revision;
}
