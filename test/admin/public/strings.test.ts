import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { forms, TYPES } from '../../support/forms.js';
import { pageModule } from '../../support/page-module.js';

type Dictionary = Record<string, string>;

const { en } = (await pageModule('strings/en.js')) as { en: Dictionary };
const { zh } = (await pageModule('strings/zh.js')) as { zh: Dictionary };
const { fieldsOf, groupsOf, general } = forms;

const read = (path: string): string => readFileSync(new URL(`../../../lib/${path}`, import.meta.url), 'utf8');
const blanksOf = (sentence = ''): string[] => [...sentence.matchAll(/\{(\w+)\}/g)].map(([blank]) => blank).sort();

describe('the dictionaries of the admin page', () => {
  it('have the same keys, in the same order, and the same blanks to fill in', () => {
    expect(Object.keys(zh)).to.deep.equal(Object.keys(en));
    for (const [key, sentence] of Object.entries(en)) expect(blanksOf(zh[key]), key).to.deep.equal(blanksOf(sentence));
  });

  it('leave nothing empty, and nothing in English in the Chinese one', () => {
    const same = Object.keys(en).filter((key) => zh[key] === en[key]);
    expect(same).to.deep.equal(['step.tls', 'step.http']);
    expect([...Object.values(en), ...Object.values(zh)].every((sentence) => sentence.length > 0)).to.equal(true);
  });

  it('have every sentence that the page asks for by name', () => {
    const files = readdirSync(new URL('../../../lib/admin/public', import.meta.url)).filter((name) =>
      name.endsWith('.js'),
    );
    const asked = files.flatMap((name) =>
      [...read(`admin/public/${name}`).matchAll(/\b(?:t\(|notify\('\w+', )'([\w.-]+)'/g)].map(([, key = '']) => key),
    );
    expect(asked.length).to.be.above(50);
    expect(asked.filter((key) => !Object.hasOwn(en, key))).to.deep.equal([]);
  });

  it('have a label for every field and every group', () => {
    const fields = [...TYPES.flatMap(fieldsOf), ...general].filter(({ kind }) => kind !== 'fixed');
    const groups = TYPES.flatMap(groupsOf);
    const keys = [
      ...fields.map(({ path }) => `field.${path.join('.')}`),
      ...fields.filter(({ kind }) => kind === 'select').map(({ path }) => `field.${path.join('.')}.default`),
      ...TYPES.flatMap(fieldsOf).flatMap(({ labels, choices = [] }) =>
        labels === undefined ? [] : choices.map((each) => `${labels}.${each}`),
      ),
      ...groups.map(({ group }) => `group.${group}`),
    ];
    expect(keys.filter((key) => !Object.hasOwn(en, key))).to.deep.equal([]);
  });

  it('explain every error code and name every step of a verification', () => {
    const codes = /const SPEECH_ERROR_CODES = \[([^\]]*)\]/.exec(read('speech/error.ts'))?.[1] ?? '';
    const steps = /VerificationStepName =([^;]*);/.exec(read('speech/verification.ts'))?.[1] ?? '';
    const names = (text: string): string[] => [...text.matchAll(/'([\w.]+)'/g)].map(([, name = '']) => name);
    const keys = [...names(codes).map((code) => `code.${code}`), ...names(steps).map((step) => `step.${step}`)];
    expect(keys).to.have.length.above(30);
    expect(keys.filter((key) => !Object.hasOwn(en, key))).to.deep.equal([]);
  });
});
