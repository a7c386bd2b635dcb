/**
 * Follows a body to say at its end what its container shows of that. Where the end of the connection is the end of the body, nothing
 * else says that it is whole. Where the end was announced, a server may have announced the end of a file that broke off before it.
 */
export interface EndProof {
  add(bytes: Uint8Array): void;
  /** Whether the sound ends where these bytes end. In doubt it does not. */
  isWhole(): boolean;
  /** Whether these bytes themselves show that more belongs behind them. In doubt they do not: a whole file is never called cut. */
  isCut(): boolean;
}
