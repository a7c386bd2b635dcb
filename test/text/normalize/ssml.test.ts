import { expect } from 'chai';
import { isSsml, sayOfSsml } from '../../../lib/text/normalize/ssml.js';

const DOCUMENTS: readonly (readonly [what: string, inside: string, said: string])[] = [
  ['words', 'Hello <emphasis level="strong">there</emphasis>.', 'Hello there.'],
  ['pauses', 'One<break time="200ms"/>two <break strength="weak"/> three, <break/>four', 'One, two, three, four'],
  ['long pauses', 'One.<break time="2s"/>Two.<break strength="x-strong"/>Three.', 'One.\n\nTwo.\n\nThree.'],
  ['no pause', 'One<break strength="none"/>two<break time="0ms"/>three', 'One two three'],
  ['a pause in a place without words', '<break time="1s"/>One.<break/>', 'One.'],
  [
    'aliases',
    'The <sub alias="World Wide Web Consortium">W3C</sub> said so.',
    'The World Wide Web Consortium said so.',
  ],
  ['paragraphs and sentences', '<p><s>One</s><s>Two?</s></p><p>Three</p>', 'One. Two?\n\nThree'],
  ['Chinese sentences', '<s>你好</s><s>世界</s>', '你好。 世界。'],
  [
    'things to say in some way',
    '<say-as interpret-as="date">2024-01-01</say-as> <prosody rate="slow">slow</prosody> <phoneme ph="x">tomato</phoneme>',
    '2024-01-01 slow tomato',
  ],
  ['sounds', 'A <audio src="https://a.example/b.mp3"><desc>a bell</desc>ding</audio> B', 'A ding B'],
  [
    'other namespaces',
    '<mstts:express-as style="sad">Oh</mstts:express-as> <amazon:effect name="whispered">no</amazon:effect>',
    'Oh no',
  ],
  [
    'entities and comments',
    'Tom &amp; Jerry &lt;3<!-- not this --> <metadata>nor this</metadata>end',
    'Tom & Jerry <3 end',
  ],
  ['lines', 'One\n   line', 'One line'],
  ['a tag that is never closed', '<p>One <voice name="a">two', 'One two'],
];

describe('SSML', () => {
  for (const [what, inside, said] of DOCUMENTS) {
    it(`says ${what} without the tags`, async () => {
      expect(await sayOfSsml(`<speak>${inside}</speak>`)).to.equal(said);
    });
  }

  it('is told by its root', () => {
    for (const text of ['<speak>a</speak>', ' <?xml version="1.0"?>\n<speak version="1.1" xml:lang="en">a</speak>\n']) {
      expect(isSsml(text), text).to.equal(true);
    }
    for (const text of [
      'speak',
      '<speak>a',
      'I say <speak>a</speak>',
      '<speaker>a</speaker>',
      '<p>a</p>',
      '<speak>a</speak> b',
    ]) {
      expect(isSsml(text), text).to.equal(false);
    }
  });

  it('stands elements without end', async () => {
    expect(await sayOfSsml(`<speak>word${'<p><s>'.repeat(20_000)}</speak>`)).to.equal('word');
  });
});
