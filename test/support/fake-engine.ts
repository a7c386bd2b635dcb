const MODULE = new URL('fake-engine-module.js', import.meta.url).href;

/** Names the module of an engine that behaves in a certain way; fake-engine-module.js lists them. */
export function fakeEngine(how = 'speaks', file = ''): { readonly module: string } {
  return { module: `${MODULE}?how=${encodeURIComponent(how)}&file=${encodeURIComponent(file)}` };
}

interface EngineReport {
  readonly speaks?: string;
  readonly loads?: string;
}

/** Hears what the fake engines of all workers do. */
export class EngineWitness {
  readonly reports: EngineReport[] = [];
  readonly #channel = new BroadcastChannel('fake-engine');
  #onReport: () => void = () => undefined;

  constructor() {
    this.#channel.onmessage = ({ data }: MessageEvent) => {
      this.reports.push(data as EngineReport);
      this.#onReport();
    };
  }

  /** Resolves when an engine has begun a segment with these words. */
  async speaks(words: string): Promise<void> {
    while (!this.reports.some(({ speaks }) => speaks?.includes(words) === true)) {
      await new Promise<void>((resolve) => (this.#onReport = resolve));
    }
  }

  close(): void {
    this.#channel.close();
  }
}
