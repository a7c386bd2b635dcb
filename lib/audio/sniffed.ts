/**
 * What the first bytes of a body show: `valid`, one payload byte of the format is there; `not-audio`, they are something else;
 * `need-more`, too few to tell, or a header alone as yet.
 */
export type Sniffed = 'valid' | 'not-audio' | 'need-more';
