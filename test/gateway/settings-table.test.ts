import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { GATEWAY_SCHEMA } from '../../lib/config/gateway-options.js';
import { OPTIONS_SCHEMA } from '../../lib/config/options.js';
import { isOwn, settingsTable } from '../../lib/gateway/settings-table.js';

const IN_CODE_ONLY = ['logger', 'metrics', 'configFile'];

describe('the table of settings', () => {
  const table = settingsTable();

  it('has every option of a gateway and of its router', () => {
    const firsts = (own: boolean): string[] => [
      ...new Set(table.filter((setting) => isOwn(setting) === own).map(({ path }) => path[own ? 1 : 0] ?? '')),
    ];
    expect(firsts(true)).to.have.members(Object.keys(GATEWAY_SCHEMA.shape));
    const options = Object.keys(OPTIONS_SCHEMA.shape).filter((key) => !IN_CODE_ONLY.includes(key));
    expect(firsts(false)).to.have.members(options);
  });

  it('gives each a variable and a flag of its own', () => {
    for (const names of [table.map(({ variable }) => variable), table.map(({ flag }) => flag)]) {
      expect(new Set(names).size).to.equal(names.length);
      expect(names.filter((name) => !/^[a-z]+(-[a-z]+)*$|^[A-Z]+(_[A-Z]+)*$/.test(name))).to.deep.equal([]);
    }
  });

  it('has the variables that people know from the example app', () => {
    const known = ['PORT', 'TTS_URL', 'TTS_API_KEY', 'TTS_MODEL', 'TTS_VOICE', 'FALLBACK_STATUS', 'ADMIN_PASSWORD'];
    expect(table.map(({ variable }) => variable)).to.include.members(known);
  });

  it('is written down in the manual, every row of it', () => {
    const manual = readFileSync(new URL('../../docs/command-line.md', import.meta.url), 'utf8');
    const missing = table.filter(
      ({ variable, flag }) => !manual.includes(`\`${variable}\``) || !manual.includes(`\`--${flag}\``),
    );
    expect(missing.map(({ variable }) => variable)).to.deep.equal([]);
  });
});
