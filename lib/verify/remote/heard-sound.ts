import type { ReceivedSound } from '../../providers/remote/received-sound.js';

/** What is known of sound that a server sent. */
export type HeardSound = Pick<ReceivedSound, 'format' | 'layout' | 'endsUnannounced'>;

/** Keeps what a server sends while it is tried, whatever it was asked for. */
export class HeardSounds {
  #all: HeardSound[] = [];

  get all(): readonly HeardSound[] {
    return this.#all;
  }

  /** The last that was sent. */
  get last(): HeardSound | undefined {
    return this.#all.at(-1);
  }

  readonly add = ({ format, layout, endsUnannounced }: ReceivedSound): void => {
    this.#all = [...this.#all.filter((other) => other.format !== format), { format, layout, endsUnannounced }];
  };
}
