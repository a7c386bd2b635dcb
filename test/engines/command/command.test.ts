import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createCommandEngine, KNOWN_COMMANDS, type CommandOptions } from '../../../lib/engines/command/command.js';
import { ended, processIdsIn, Scratch } from '../../support/programs.js';
import { failureOf } from '../../support/provider-conformance.js';

const PROGRAM = fileURLToPath(new URL('../../support/fake-synthesiser.js', import.meta.url));
const OPTIONS = { voice: 'a', speed: 1, signal: new AbortController().signal };

describe('createCommandEngine', () => {
  let scratch: Scratch;

  before(() => {
    scratch = new Scratch();
  });
  after(() => {
    scratch.remove();
  });

  const command = (how: string): CommandOptions => ({
    program: process.execPath,
    args: [PROGRAM, how, scratch.file(how)],
    output: 'wav',
  });

  it('chooses the voice by the script for espeak, known by name or by its place', () => {
    const known = KNOWN_COMMANDS['espeak-ng'];
    for (const program of ['espeak-ng', '/usr/bin/espeak-ng', 'espeak']) {
      const engine = createCommandEngine({ command: { ...known, program }, voice: undefined });
      expect(engine.voiceFor('Привет'), program).to.equal('ru');
      expect(engine.voices.map(({ id }) => id)).to.include('cmn');
    }
  });

  it('leaves the choice to the arguments where they name a voice, and to any other program', () => {
    const known = KNOWN_COMMANDS['espeak-ng'];
    const fixed = createCommandEngine({ command: { ...known, args: ['-v', 'de', '--stdout'] }, voice: undefined });
    expect(fixed.voiceFor('Привет')).to.equal('default');
    const other = createCommandEngine({ command: { ...known, program: 'other' }, voice: undefined });
    expect(other.voiceFor('Привет')).to.equal('default');
    expect(other.name).to.equal('other');
  });

  it('ends a program that writes more than any segment can be long', async () => {
    const engine = createCommandEngine({ command: command('babbles'), voice: undefined });
    const failure = await failureOf(Promise.resolve(engine.speak('Hello there.', OPTIONS)));
    expect(failure).to.include({ code: 'engine_failed', message: 'the program wrote too much' });
    await Promise.all((await processIdsIn(scratch.file('babbles'), 1)).map(ended));
  });

  it('takes a program that writes nothing for one that failed', async () => {
    const engine = createCommandEngine({ command: command('says nothing'), voice: undefined });
    expect((await failureOf(Promise.resolve(engine.speak('Hello there.', OPTIONS)))).code).to.equal('empty');
  });
});
