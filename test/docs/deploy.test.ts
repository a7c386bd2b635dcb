import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse, parseAllDocuments } from 'yaml';
import { readSettings } from '../../lib/gateway/read-settings.js';
import { settingsTable } from '../../lib/gateway/settings-table.js';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

interface Service {
  readonly environment: Record<string, string>;
  readonly image?: string;
  readonly build?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
}

interface Probe {
  readonly httpGet: { readonly path: string };
}

interface Container {
  readonly env: readonly { readonly name: string; readonly value?: string }[];
  readonly startupProbe: Probe;
  readonly readinessProbe: Probe;
  readonly livenessProbe: Probe;
  readonly securityContext: object;
}

/** What a person would put in place of the variables of a compose file. */
function filledIn(environment: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).map(([name, value]) => [name, value.replace(/\$\{\w+[^}]*\}/, 'a-key-of-the-gateway')]),
  );
}

describe('the files for containers', () => {
  for (const path of ['compose.yaml', 'deploy/compose.librechat.yaml']) {
    describe(path, () => {
      const { services } = parse(read(path)) as { readonly services: Record<string, Service> };
      const { gateway } = services;

      it('tell the gateway what it knows, and what can be used', () => {
        const environment = filledIn(gateway?.environment ?? {});
        const known = settingsTable().map(({ variable }) => variable);
        expect(known).to.include.members(Object.keys(environment));
        const settings = readSettings({ flags: {}, environment, configFile: undefined });
        expect(settings.gateway.apiKeys).to.have.length(1);
        expect(settings.speech.hold).to.equal('whole');
        expect(settings.speech.fallback).to.have.nested.property('[0].baseUrl', 'http://kokoro:8880/v1');
        expect(services).to.have.property('kokoro');
      });

      it('let the gateway write nowhere and do nothing but serve', () => {
        expect(gateway).to.include({ read_only: true });
        expect(gateway?.cap_drop).to.deep.equal(['ALL']);
      });
    });
  }

  it('lead Open WebUI to the gateway with its key', () => {
    const { services } = parse(read('compose.yaml')) as { readonly services: Record<string, Service> };
    const { environment = {} } = services['open-webui'] ?? {};
    expect(environment['AUDIO_TTS_OPENAI_API_BASE_URL']).to.equal('http://gateway:8080/v1');
    expect(environment['AUDIO_TTS_OPENAI_API_KEY']).to.equal(services['gateway']?.environment['API_KEYS']);
  });

  it('have Kubernetes ask where the gateway answers', () => {
    const [deployment, service] = parseAllDocuments(read('deploy/kubernetes.yaml')).map(
      (document) => document.toJS() as { kind: string; spec: { template?: { spec: { containers: Container[] } } } },
    );
    expect([deployment?.kind, service?.kind]).to.deep.equal(['Deployment', 'Service']);
    const container = deployment?.spec.template?.spec.containers[0];
    const gateway = read('lib/gateway/gateway.ts');
    for (const probe of [container?.startupProbe, container?.readinessProbe, container?.livenessProbe]) {
      expect(gateway).to.include(`app.get('${probe?.httpGet.path ?? ''}'`);
    }
    const known = settingsTable().map(({ variable }) => variable);
    expect(known).to.include.members(container?.env.map(({ name }) => name) ?? ['none']);
    expect(container?.securityContext).to.include({ readOnlyRootFilesystem: true, allowPrivilegeEscalation: false });
  });
});
