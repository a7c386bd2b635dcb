import { getEventListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { runProgram } from '../../../lib/engines/command/program.js';
import { readWav } from '../../../lib/engines/signal/wav-reader.js';
import { ended, processIdsIn, Scratch } from '../../support/programs.js';
import { failureOf } from '../../support/provider-conformance.js';

const PROGRAM = fileURLToPath(new URL('../../support/fake-synthesiser.js', import.meta.url));
const MEBIBYTE = 1024 * 1024;

describe('runProgram', function () {
  this.timeout(30_000);
  let scratch: Scratch;
  let running: Int32Array;

  beforeEach(() => {
    scratch = new Scratch();
    running = new Int32Array(1);
  });
  afterEach(() => {
    scratch.remove();
  });

  const facts = (): string => scratch.file('facts');
  const run = (how: string, signal = new AbortController().signal, mostBytes = MEBIBYTE): Promise<Buffer> =>
    runProgram({
      program: process.execPath,
      args: [PROGRAM, how, facts()],
      input: 'Hello there.\n',
      mostBytes,
      signal,
      running,
    });

  it('returns what the program wrote, and knows its id for as long as it runs', async () => {
    const output = run('speaks');
    const [pid] = await processIdsIn(facts(), 1);
    expect(running[0]).to.equal(pid);
    expect(readWav(await output).samples).to.have.length(13_230);
    expect(running[0]).to.equal(0);
  });

  it('kills the program and what it has started when the signal aborts, and does not wait for that', async () => {
    const controller = new AbortController();
    const failure = failureOf(run('hangs with a child', controller.signal));
    const ids = await processIdsIn(facts(), 2);
    controller.abort();
    expect((await failure).code).to.equal('aborted');
    await Promise.all(ids.map(ended));
  });

  it('does not start for a signal that has aborted', async () => {
    expect((await failureOf(run('speaks', AbortSignal.abort()))).code).to.equal('aborted');
    expect(running[0]).to.equal(0);
  });

  it('takes the sound as whole although a child of the program holds its output open, and ends the child', async () => {
    const output = await run('leaves a child');
    expect(readWav(output).samples).to.have.length(13_230);
    await Promise.all((await processIdsIn(facts(), 2)).map(ended));
  });

  it('ends a program that writes without an end', async () => {
    const failure = await failureOf(run('babbles'));
    expect(failure).to.include({ code: 'engine_failed', message: 'the program wrote too much' });
    await Promise.all((await processIdsIn(facts(), 1)).map(ended));
  });

  it('says why a program failed', async () => {
    expect((await failureOf(run('fails'))).message).to.equal('the program ended with status 3');
    expect((await failureOf(run('is killed'))).message).to.equal('the program ended with SIGKILL');
    const missing = { program: '/does/not/exist', args: [], input: '', mostBytes: 1, running };
    const failure = await failureOf(runProgram({ ...missing, signal: new AbortController().signal }));
    expect(failure).to.include({ code: 'engine_failed', message: 'the program did not start: ENOENT' });
  });

  it('bears a flood on standard error, and silence', async () => {
    expect(readWav(await run('floods')).samples).to.have.length(13_230);
    expect(await run('says nothing')).to.have.length(0);
  });

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    await run('speaks', signal);
    expect(getEventListeners(signal, 'abort')).to.have.length(0);
  });
});
