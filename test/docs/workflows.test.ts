import { readFileSync, readdirSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Job {
  readonly steps: readonly Step[];
  readonly permissions?: object;
  readonly strategy?: { readonly matrix: { readonly node: readonly number[] } };
  readonly container?: { readonly image: string };
}
interface Workflow {
  readonly on: object;
  readonly permissions: object;
  readonly jobs: Record<string, Job>;
}

const FILES = readdirSync(new URL('../../.github/workflows', import.meta.url)).map(
  (name) => `.github/workflows/${name}`,
);
const workflow = (name: string): Workflow => parse(read(`.github/workflows/${name}.yml`)) as Workflow;
const commandsOf = (job: Job | undefined): string[] => job?.steps.flatMap(({ run }) => run ?? []) ?? [];

describe('the workflows', () => {
  const { scripts, engines } = JSON.parse(read('package.json')) as {
    readonly scripts: Record<string, string>;
    readonly engines: { readonly node: string };
  };
  const oldest = Number(/^>=(\d+)/.exec(engines.node)?.[1]);

  for (const file of FILES) {
    describe(file, () => {
      const { jobs, on, permissions } = parse(read(file)) as Workflow;

      it('takes actions by their major version, and runs scripts that there are', () => {
        const steps = Object.values(jobs).flatMap((job) => job.steps);
        for (const { uses } of steps) if (uses !== undefined) expect(uses).to.match(/^actions\/[\w-]+@v\d+$/);
        const commands = Object.values(jobs).flatMap(commandsOf);
        expect(commands).to.have.length.greaterThan(1);
        for (const command of commands) {
          const script = /^npm (?:run (\S+)|(test)$)/.exec(command)?.slice(1).find(Boolean);
          if (script !== undefined) expect(scripts).to.have.property(script);
        }
      });

      it('holds no secret, and hands no code of a stranger any right to write', () => {
        expect(read(file)).not.to.match(/secrets\.|(?<!id-)token:|password|_authToken/i);
        expect(Object.keys(on)).not.to.include('pull_request_target');
        expect(Object.values(permissions)).not.to.include('write');
      });
    });
  }

  it('test on the versions of Node that the gate tests on', () => {
    const gate = read('.ci/run');
    const others = [...gate.matchAll(/with-node\.js (\d+)|for version in ([\d ]+);/g)].flatMap(([, one, several]) =>
      (one ?? several ?? '').trim().split(' ').map(Number),
    );
    expect(others).to.have.length.greaterThan(2);
    const { test } = workflow('gate').jobs;
    expect(test?.strategy?.matrix.node).to.have.members([oldest, ...others]);
    expect(commandsOf(test)).to.deep.equal(['npm ci', 'npm test']);
  });

  it('run the whole gate on the oldest of them', () => {
    const { whole } = workflow('gate').jobs;
    expect(whole?.container?.image).to.match(new RegExp(`^node:${String(oldest)}-`));
    expect(commandsOf(whole)).to.deep.equal(['.ci/run']);
  });

  it('publish what has been tested, built and checked, of a tag alone, with provenance', () => {
    const { on, jobs } = workflow('release');
    expect(on).to.deep.equal({ push: { tags: ['v*'] } });
    expect(Object.keys(jobs)).to.deep.equal(['publish']);
    expect(jobs['publish']?.permissions).to.deep.equal({ contents: 'read', 'id-token': 'write' });
    const commands = commandsOf(jobs['publish']);
    const inOrder = [
      'npm ci',
      'npm test',
      'npm run build',
      'npm run check:package',
      'npm publish --provenance --access public',
    ];
    expect(commands.filter((command) => inOrder.includes(command))).to.deep.equal(inOrder);
    expect(commands.at(-1)).to.equal(inOrder.at(-1));
  });
});
