import { expect } from 'chai';
import { forms, TYPES, type Field } from '../../support/forms.js';

const { fieldsOf, general } = forms;

function fieldAt(fields: readonly Field[], key: string): Field {
  const found = fields.find(({ path }) => path.join('.') === key);
  if (found === undefined) throw new Error(`there is no field ${key}`);
  return found;
}

describe('the fields of the admin page', () => {
  const all = [...TYPES.flatMap(fieldsOf), ...general].filter(({ kind }) => kind !== 'fixed');

  it('have what the options’ schema says of them', () => {
    expect(all.length).to.be.above(60);
    expect(all.filter(({ help = '' }) => help === '')).to.deep.equal([]);
    const remote = fieldsOf('remote');
    expect(fieldAt(remote, 'timeout.firstByte')).to.include({ kind: 'number', placeholder: '5000' });
    expect(fieldAt(remote, 'timeout.firstByte').help).to.match(/^Milliseconds from the request sent.* 1 – 3600000$/);
    expect(fieldAt(remote, 'circuitBreaker.rate').help).to.match(/ 0 – 1$/);
    expect(fieldAt(remote, 'maxInput')).to.include({ kind: 'number', placeholder: '' });
    expect(fieldAt(general, 'hold')).to.include({ kind: 'number', placeholder: '500' });
    expect(fieldAt(general, 'maxInput')).to.include({ kind: 'number', placeholder: '4096' });
  });

  it('are of the kind that the option is', () => {
    const kinds = (fields: readonly Field[], kind: string): string[] =>
      fields.filter((field) => field.kind === kind).map(({ path }) => path.join('.'));
    const remote = fieldsOf('remote');
    expect(kinds(remote, 'text')).to.deep.equal(['name', 'baseUrl', 'model', 'voice', 'health.path']);
    expect(kinds(remote, 'secret')).to.deep.equal(['apiKey']);
    expect(kinds(remote, 'several')).to.deep.equal(['formats', 'marks']);
    expect(kinds(remote, 'switch')).to.deep.equal(['health']);
    expect(kinds(remote, 'checkbox')).to.deep.equal(['health.speak', 'ssml']);
    expect(kinds(fieldsOf('local'), 'select')).to.deep.equal(['engine']);
    expect(kinds(fieldsOf('text'), 'select')).to.deep.equal(['status']);
    expect(kinds(general, 'select')).to.deep.equal(['errors']);
    expect(kinds(general, 'checkbox')).to.deep.equal(['get']);
    expect(fieldsOf('custom').map(({ kind }) => kind)).to.deep.equal(['fixed']);
  });

  it('offer the choices that there are, and tick what is the default', () => {
    expect(fieldAt(fieldsOf('local'), 'engine').options).to.deep.equal(['embedded', 'espeak-ng', 'piper']);
    expect(fieldAt(fieldsOf('text'), 'status').options).to.deep.equal([200, 503]);
    expect(fieldAt(general, 'errors').options).to.deep.equal(['reply', 'next']);
    const { choices, standard } = fieldAt(fieldsOf('remote'), 'formats');
    expect(choices).to.deep.equal(['mp3', 'opus', 'aac', 'flac', 'wav', 'pcm']);
    expect(standard).to.deep.equal(choices);
    expect(fieldAt(fieldsOf('remote'), 'marks')).to.deep.include({
      choices: ['pronunciation', 'tags'],
      standard: ['pronunciation'],
    });
  });
});
