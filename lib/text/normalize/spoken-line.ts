import { cleanProse } from './plain-marks.js';
import { sayRaised } from './superscript.js';

/** Characters before what is raised that tell what it is. */
const TELLING = 4;

/** Prose that is gathered before it is cleaned: a long paragraph is not left for its end. */
const MOST_PROSE = 4_000;

/** Collects the text of a block: prose, which is cleaned of what is left of mark-up, and what is to be taken by the letter. */
export class SpokenLine {
  readonly #said: string[] = [];
  #prose = '';
  /** Where what is raised above the line begins. */
  #raisedFrom: number | undefined;

  add(prose: string): void {
    this.#prose += prose;
    if (this.#prose.length > MOST_PROSE) this.#cleanBeforeLastBlank();
  }

  addLiteral(text: string): void {
    this.#clean();
    this.#said.push(text);
  }

  /** Begins what is raised above the line. */
  openRaised(): void {
    this.#clean();
    this.#raisedFrom = this.#said.length;
  }

  /** Says what was raised, by what stands before it. */
  closeRaised(): void {
    if (this.#raisedFrom === undefined) return;
    this.#clean();
    const raised = this.#said.splice(this.#raisedFrom).join('');
    this.#raisedFrom = undefined;
    this.#prose = sayRaised(this.#lastCharacters(), raised);
  }

  /** Reads it and begins anew. */
  take(): string {
    this.#clean();
    this.#raisedFrom = undefined;
    return this.#said.splice(0).join('');
  }

  /** A sign is not to be cut off from its partner, as far as there are blanks. */
  #cleanBeforeLastBlank(): void {
    const prose = this.#prose;
    const blank = prose.lastIndexOf(' ');
    const at = blank > MOST_PROSE / 2 ? blank : prose.length;
    this.#said.push(cleanProse(prose.slice(0, at)));
    this.#prose = prose.slice(at);
  }

  #clean(): void {
    if (this.#prose !== '') this.#said.push(cleanProse(this.#prose));
    this.#prose = '';
  }

  #lastCharacters(): string {
    let last = '';
    for (let at = this.#said.length - 1; at >= 0 && last.length < TELLING; at -= 1) {
      last = `${this.#said[at]?.slice(-TELLING) ?? ''}${last}`;
    }
    return last;
  }
}
