import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { Scratch } from './programs.js';

/** One series that a query found, with its last value. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real Prometheus server on a port of its own, which scrapes one application. */
export interface Prometheus {
  query(expression: string): Promise<readonly Sample[]>;
  /** The rules it has loaded, with what became of their last evaluation. */
  rules(): Promise<readonly { readonly name: string; readonly health: string; readonly lastError?: string }[]>;
  stop(): Promise<void>;
}

/** Milliseconds between two scrapes, and two evaluations of the rules. */
const INTERVAL = 200;

export async function startPrometheus(target: string, ruleFile: string): Promise<Prometheus> {
  const scratch = new Scratch();
  const configuration = {
    global: { scrape_interval: `${String(INTERVAL)}ms`, evaluation_interval: `${String(INTERVAL)}ms` },
    rule_files: [ruleFile],
    scrape_configs: [{ job_name: 'app', static_configs: [{ targets: [target] }] }],
  };
  // Every JSON text is YAML.
  writeFileSync(scratch.file('prometheus.yml'), JSON.stringify(configuration));
  const child = spawn(
    'prometheus',
    [
      `--config.file=${scratch.file('prometheus.yml')}`,
      `--storage.tsdb.path=${scratch.file('data')}`,
      '--web.listen-address=127.0.0.1:0',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const exited = once(child, 'exit');
  const listening = new Promise<string>((resolve) => {
    // Read on after that: a pipe that nobody empties would stop the server.
    createInterface(child.stderr).on('line', (line) => {
      const address = /msg="Listening on" address=(\S+)/.exec(line)?.[1];
      if (address !== undefined) resolve(address);
    });
  });
  const failed = exited.then(() => {
    throw new Error('prometheus ended before it was ready');
  });
  const origin = `http://${await Promise.race([listening, failed])}`;
  failed.catch(() => undefined);
  // It listens before it can be asked.
  while (!(await fetch(`${origin}/-/ready`)).ok) await setTimeout(50);
  const ask = async (path: string): Promise<unknown> => {
    const reply = (await (await fetch(`${origin}/api/v1/${path}`)).json()) as { data?: unknown; error?: string };
    if (reply.error !== undefined) throw new Error(`${path}: ${reply.error}`);
    return reply.data;
  };
  return {
    async query(expression) {
      const data = (await ask(`query?query=${encodeURIComponent(expression)}`)) as {
        result: { metric: Record<string, string>; value: [number, string] }[];
      };
      return data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
    },
    async rules() {
      const data = (await ask('rules')) as { groups: { rules: Awaited<ReturnType<Prometheus['rules']>> }[] };
      return data.groups.flatMap(({ rules }) => rules);
    },
    async stop() {
      child.kill('SIGTERM');
      await exited;
      scratch.remove();
    },
  };
}
