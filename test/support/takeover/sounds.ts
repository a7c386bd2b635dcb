import { createHash } from 'node:crypto';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SPEECH_FORMATS, type SpeechFormat } from '../../../lib/audio/formats.js';
import { createLocalProvider } from '../../../lib/providers/local/provider.js';
import { context, speechRequest } from '../speech-request.js';
import { output } from '../tools.js';
import { decode, RATE } from './decoded.js';

/** A sentence as the remote has it. */
export interface SpokenSentence {
  readonly text: string;
  readonly bytes: Readonly<Record<SpeechFormat, number>>;
  readonly seconds: number;
  /** 16 kHz, mono. */
  readonly samples: Int16Array;
}

/** How the remote encodes: other rates and channels than the local engine has by itself, tags and all. */
const ENCODINGS: Readonly<Record<SpeechFormat, readonly string[]>> = {
  mp3: ['-ar', '44100', '-ac', '2', '-b:a', '96k'],
  // Packets of another length than the local engine's, and a second channel.
  opus: ['-ar', '48000', '-ac', '2', '-c:a', 'libopus', '-frame_duration', '60', '-page_duration', '300000'],
  aac: ['-ar', '24000', '-ac', '1', '-f', 'adts'],
  flac: ['-ar', '44100', '-ac', '2', '-sample_fmt', 's32', '-compression_level', '8'],
  wav: ['-ar', '22050', '-ac', '2'],
  pcm: ['-ar', '24000', '-ac', '1', '-f', 's16le'],
};

/** Has sentences spoken by a real engine, and puts them into a folder in each format, for `remote.js`. */
export async function speakSentences(texts: readonly string[], folder: string): Promise<SpokenSentence[]> {
  const local = createLocalProvider({ name: 'local', engine: 'embedded', voices: {}, workers: 1 });
  try {
    const spoken: SpokenSentence[] = [];
    for (const index of texts.keys()) spoken.push(await speakSentence(index));
    return spoken;
  } finally {
    await local.close?.();
  }

  async function speakSentence(index: number): Promise<SpokenSentence> {
    const text = texts[index] ?? '';
    // As a part of all of it, so that it is just what the engine says when it takes over.
    const part = { index, count: texts.length, whole: texts.join(' '), shape: undefined };
    const name = join(folder, createHash('sha1').update(text).digest('hex'));
    const result = await local.synthesize(speechRequest({ input: text, format: 'wav', part }), context());
    if (result.kind !== 'audio') throw new Error('the engine does not speak');
    const chunks: Uint8Array[] = [];
    for await (const chunk of result.stream) chunks.push(chunk as Uint8Array);
    await writeFile(`${name}.source.wav`, Buffer.concat(chunks));
    // As a careful server does: no more than a breath of quiet before and behind a sentence.
    const trim = 'silenceremove=start_periods=1:start_threshold=-40dB:start_silence=0.05';
    const filter = `${trim},areverse,${trim},areverse`;
    const outputs = SPEECH_FORMATS.flatMap((format) => ['-af', filter, ...ENCODINGS[format], `${name}.${format}`]);
    await output('ffmpeg', ['-v', 'error', '-y', '-i', `${name}.source.wav`, ...outputs]);
    const sizes = await Promise.all(
      SPEECH_FORMATS.map(async (format) => [format, (await stat(`${name}.${format}`)).size]),
    );
    const { samples } = await decode(`${name}.wav`);
    return {
      text,
      bytes: Object.fromEntries(sizes) as Record<SpeechFormat, number>,
      seconds: samples.length / RATE,
      samples,
    };
  }
}
