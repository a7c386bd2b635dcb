// Acts as a synthesiser that reads text from its standard input and writes WAV to its standard output.
import { text } from 'node:stream/consumers';

const SAMPLE_RATE = 22_050;
const [, , how] = process.argv;

if (how === 'hangs') {
  // Not even asked to end does it end.
  process.on('SIGTERM', () => undefined);
  setInterval(() => undefined, 1_000);
} else {
  const input = await text(process.stdin);
  if (how === 'fails') process.exit(3);
  if (how === 'is killed') process.kill(process.pid, 'SIGKILL');
  if (how === 'floods') for (let line = 0; line < 20_000; line += 1) process.stderr.write(`${'noise '.repeat(20)}\n`);
  if (how !== 'says nothing') process.stdout.write(toneFor(input.trim()));
}

/** A tone of 50 ms a character, with the header of a writer that does not know its length. */
function toneFor(input) {
  const samples = input.length * 0.05 * SAMPLE_RATE;
  const header = Buffer.alloc(44);
  header.write('RIFF\0\0\0\x80WAVEfmt ', 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(SAMPLE_RATE, 24);
  header.writeUInt32LE(SAMPLE_RATE * 2, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data\0\0\0\x80', 36, 'latin1');
  const sound = Buffer.alloc(Math.floor(samples) * 2);
  for (let index = 0; index < sound.length / 2; index += 1) {
    sound.writeInt16LE(Math.round(8_000 * Math.sin((index * 2 * Math.PI * 440) / SAMPLE_RATE)), index * 2);
  }
  return Buffer.concat([header, sound]);
}
