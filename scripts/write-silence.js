// Writes 0.3 s of silence in each packed format, made by the encoders of this package. Run by node --import=./scripts/strip-types/register.js; it needs the optional peer for AAC.
import { writeFileSync } from 'node:fs';
import { createEncoders } from '../lib/engines/encoders/create-encoder.ts';
import { createLoad } from '../lib/engines/worker/load.ts';
import { SAMPLE_RATE } from '../lib/audio/formats.ts';

const SECONDS = 0.3;
const LINE = 110;
const createEncoder = createEncoders(createLoad());

async function encoded(format) {
  const samples = new Float32Array(SECONDS * SAMPLE_RATE);
  const encoder = await createEncoder(format, samples.length);
  const bytes = Buffer.concat([await encoder.encode(samples), await encoder.finish()]);
  encoder.close?.();
  return bytes.toString('base64');
}

function constant(format, base64) {
  const lines = base64.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return `  ${format}: \`\n${lines.join('\n')}\n\`,\n`;
}

let constants = '';
for (const format of ['mp3', 'opus', 'aac', 'flac']) constants += constant(format, await encoded(format));
const source = `/** ${SECONDS} s of silence at ${SAMPLE_RATE / 1_000} kHz in one channel, in base64. Written by scripts/write-silence.js with this package's own encoders. */
export const SILENCE = {
${constants}};
`;
writeFileSync(new URL('../lib/audio/silence-bytes.ts', import.meta.url), source);
