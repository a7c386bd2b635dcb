// Acts as a synthesiser that reads text from its standard input and writes WAV to its standard output.
// Its arguments are how it behaves, and a file to which it adds its process ids and arguments.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

const SAMPLE_RATE = 22_050;
const [, , how, file] = process.argv;

tell({ pid: process.pid });

if (how === 'hangs') {
  hang();
} else if (how === 'hangs with a child') {
  startChild();
  hang();
} else if (how === 'babbles') {
  babble();
} else {
  const input = await text(process.stdin);
  if (how === 'fails') process.exit(3);
  if (how === 'is killed') process.kill(process.pid, 'SIGKILL');
  if (how === 'floods') for (let line = 0; line < 20_000; line += 1) process.stderr.write(`${'noise '.repeat(20)}\n`);
  if (how === 'leaves a child') startChild();
  if (how !== 'says nothing') process.stdout.write(toneFor(input.trim()));
}

function tell(fact) {
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(fact)}\n`);
}

/** Not even asked to end does it end. */
function hang() {
  process.on('SIGTERM', () => undefined);
  setInterval(() => undefined, 1_000);
}

/** A child that holds the standard output open and does not end. */
function startChild() {
  const child = spawn('sleep', ['1000'], { stdio: ['ignore', 'inherit', 'ignore'] });
  child.unref();
  tell({ pid: child.pid });
}

function babble() {
  const noise = Buffer.alloc(64 * 1024, 1);
  const write = () => {
    while (process.stdout.write(noise));
  };
  process.stdout.on('drain', write);
  write();
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
