import { readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { startExampleApp, type ExampleApp } from '../../support/example-app.js';
import { startPrometheus, type Prometheus } from '../../support/prometheus.js';
import { needsTools, output } from '../../support/tools.js';
import { startUpstream, type Upstream } from '../../support/upstream.js';

const path = (name: string): string => fileURLToPath(new URL(`../../../docs/operations/${name}`, import.meta.url));

interface Dashboard {
  readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
}

/** Milliseconds within which a query has to have data: a rate wants two scrapes. */
const PATIENCE = 20_000;

describe('what docs/operations offers', function () {
  const dashboard = JSON.parse(readFileSync(path('grafana-dashboard.json'), 'utf8')) as Dashboard;

  describe('the rules', () => {
    before(function () {
      needsTools(this, 'promtool');
    });

    it('are taken by promtool', async () => {
      const { stdout } = await output('promtool', ['check', 'rules', path('prometheus-rules.yml')]);
      expect(stdout).to.match(/SUCCESS: \d+ rules found/);
    });

    it('do what their tests say', async () => {
      const { stdout } = await output('promtool', ['test', 'rules', path('prometheus-rules.test.yml')]);
      expect(stdout).to.contain('SUCCESS');
    });
  });

  describe('a Prometheus server that scrapes the example app in trouble', () => {
    const stopTraffic = new AbortController();
    let traffic: Promise<void> | undefined;
    let app: ExampleApp | undefined;
    let origin = '';
    // Nothing where they are skipped.
    let prometheus: Prometheus | undefined;

    before(async function () {
      this.timeout(60_000);
      needsTools(this, 'prometheus');
      const upstream = await startUpstream();
      const SPEECH_OPTIONS = JSON.stringify({
        fallback: [
          { type: 'remote', name: 'kokoro', baseUrl: upstream.baseUrl },
          { type: 'local', name: 'second' },
          { type: 'text' },
        ],
      });
      // With a server named, it starts none of its own.
      app = await startExampleApp({ TTS_URL: upstream.baseUrl, SPEECH_OPTIONS });
      origin = app.origin;
      prometheus = await startPrometheus(new URL(origin).host, path('prometheus-rules.yml'));
      traffic = keepAsking(upstream);
    });

    after(async () => {
      stopTraffic.abort();
      await traffic;
      await prometheus?.stop();
      await app?.stop();
    });

    /** Asks all the time. The first provider goes away after a while, and the second does not speak Japanese. */
    async function keepAsking(upstream: Upstream): Promise<void> {
      for (let count = 0; !stopTraffic.signal.aborted; count += 1) {
        if (count === 20) await upstream.close();
        for (const input of ['Hello there.', '今日は天気がいい。']) {
          await ask(JSON.stringify({ input, response_format: 'pcm' }));
        }
        await ask('{');
        await setTimeout(50);
      }
    }

    async function ask(body: string): Promise<void> {
      const headers = { 'content-type': 'application/json' };
      const reply = await fetch(`${origin}/v1/audio/speech`, { method: 'POST', headers, body });
      await reply.arrayBuffer();
    }

    async function query(expression: string): Promise<number[]> {
      const samples = (await prometheus?.query(expression)) ?? [];
      return samples.map(({ value }) => value).filter((value) => !Number.isNaN(value));
    }

    async function valuesOf(expression: string): Promise<number[]> {
      const written = expression.replaceAll('$__rate_interval', '15s').replaceAll('$job', '.+');
      const end = performance.now() + PATIENCE;
      for (;;) {
        const numbers = await query(written);
        if (numbers.length > 0 || performance.now() > end) return numbers;
        await setTimeout(200);
      }
    }

    for (const { title, targets } of dashboard.panels) {
      it(`has data for the panel “${title}”`, async () => {
        expect(targets).not.to.deep.equal([]);
        for (const { expr } of targets) expect(await valuesOf(expr), expr).not.to.deep.equal([]);
      });
    }

    it('sees the provider that went away, and what became of its requests', async () => {
      expect(await valuesOf('speech_circuit_state{provider="kokoro"} == 2')).to.deep.equal([2]);
      const answered = 'sum by (provider) (speech_requests_total{outcome="text", degraded="true"}) > 0';
      expect(await valuesOf(answered)).to.have.lengthOf(1);
      expect(await valuesOf('speech_alerts_total{kind="provider_down", state="firing"} > 0')).to.have.lengthOf(1);
    });

    it('evaluates every rule, and has data for what they record', async () => {
      expect(await valuesOf('speech:fallback_ratio:rate5m > 0')).to.have.lengthOf(1);
      expect(await valuesOf('speech:first_byte_seconds:p95_5m')).not.to.deep.equal([]);
      const rules = (await prometheus?.rules()) ?? [];
      expect(rules.filter(({ health }) => health !== 'ok')).to.deep.equal([]);
      expect(rules).to.have.length.greaterThan(8);
    });

    it('finds no metric that the page beside the dashboard does not name', async () => {
      const page = readFileSync(path('README.md'), 'utf8');
      const metrics = await (await fetch(`${origin}/metrics`)).text();
      const names = [...metrics.matchAll(/^# TYPE (speech_\w+)/gm)].map(([, name]) => name);
      expect(names).to.have.length.greaterThan(8);
      for (const name of names) expect(page).to.contain(`\`${name ?? ''}`);
    });
  });
});
