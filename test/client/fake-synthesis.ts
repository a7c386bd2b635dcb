/** An utterance as Node.js lacks it. */
class FakeUtterance {
  text: string;
  lang = '';
  rate = 1;
  onstart: (() => void) | null = null;
  onend: (() => void) | null = null;
  onerror: ((event: { readonly error: string }) => void) | null = null;

  constructor(text: string) {
    this.text = text;
  }
}

/** A browser's voice that speaks when the test says so. */
export interface FakeSynthesis {
  readonly synthesis: SpeechSynthesis;
  /** What it was given, the last one last. */
  readonly utterances: readonly FakeUtterance[];
  readonly cancels: number;
  /** Has it say the last utterance to its end. */
  say(): void;
  /** Has the list of voices come. */
  addVoice(): void;
}

/** Makes a voice, and puts in place what browsers make utterances with. */
export function createFakeSynthesis(voices: readonly string[] = ['Stand-in']): FakeSynthesis {
  Object.assign(globalThis, { SpeechSynthesisUtterance: FakeUtterance });
  const utterances: FakeUtterance[] = [];
  const names = [...voices];
  let cancels = 0;
  const synthesis = Object.assign(new EventTarget(), {
    getVoices: () => names.map((name) => ({ name })),
    speak: (utterance: FakeUtterance) => utterances.push(utterance),
    cancel: () => (cancels += 1),
  });
  return {
    synthesis: synthesis as unknown as SpeechSynthesis,
    utterances,
    get cancels() {
      return cancels;
    },
    say() {
      const utterance = utterances.at(-1);
      utterance?.onstart?.();
      utterance?.onend?.();
    },
    addVoice() {
      names.push('Late');
      synthesis.dispatchEvent(new Event('voiceschanged'));
    },
  };
}
