import { cleanProse } from './plain-marks.js';

/** Collects the text of a block: prose, which is cleaned of what is left of mark-up, and what is to be taken by the letter. */
export class SpokenLine {
  #said = '';
  #prose = '';

  add(prose: string): void {
    this.#prose += prose;
  }

  addLiteral(text: string): void {
    this.#said = this.read() + text;
    this.#prose = '';
  }

  /** Reads what is there so far. */
  read(): string {
    return this.#said + (this.#prose === '' ? '' : cleanProse(this.#prose));
  }

  /** Reads it and begins anew. */
  take(): string {
    const text = this.read();
    this.#said = '';
    this.#prose = '';
    return text;
  }
}
