/** Follows one request on its way for those who draw it, such as OpenTelemetry. Never throws. */
export interface RequestTrace {
  /** Does the request's work as part of its trace. */
  run<Value>(work: () => Value): Value;
  /** Asks one provider as a part of its own; one at a time. */
  attempt<Value>(provider: string, type: string, work: () => Value): Value;
  /** Says that the chain has done with the attempt; `code` is null when it answered. */
  attempted(provider: string, code: string | null): void;
  /** Says that a provider which had answered broke off before anything of it was sent. */
  brokeOff(provider: string, code: string): void;
}
