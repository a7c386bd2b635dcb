// Acts as a synthesiser that writes its environment into a file, its argument, and says a second of sound.
import { writeFileSync } from 'node:fs';

writeFileSync(process.argv[2], JSON.stringify(process.env));
process.stdin.resume().on('end', () => {
  process.stdout.write(Buffer.alloc(48_000, 'speech'));
});
