import { expect } from 'chai';
import { cutLongText, cutFor, isLongText } from '../../lib/long-text/cut-text.js';
import { speechRequest } from '../support/speech-request.js';

const TEXT = 'This is one of a hundred sentences that are all the same. '.repeat(100);
const CUT = cutFor({ ahead: 2, minChars: 20, maxChars: 300 }, []);

describe('cutting a long text', () => {
  it('is for what is longer than a segment, and for SSML where somebody does not take it', () => {
    expect(isLongText(speechRequest({ input: TEXT }), CUT)).to.equal(true);
    expect(isLongText(speechRequest({ input: 'Hello there.' }), CUT)).to.equal(false);
    const ssml = speechRequest({ input: TEXT, ssml: `<speak>${TEXT}</speak>` });
    expect(isLongText(ssml, CUT)).to.equal(true);
    expect(isLongText(ssml, cutFor({ ahead: 2, minChars: 20, maxChars: 300 }, [{ ssml: true }]))).to.equal(false);
  });

  it('has segments that every provider takes', () => {
    expect(cutFor({ ahead: 2, minChars: 20, maxChars: 300 }, [{ maxInput: 12 }, {}])).to.include({
      minChars: 12,
      maxChars: 12,
    });
  });

  it('loses nothing, and gives way behind each segment', async () => {
    let turns = 0;
    const giveWay = (): undefined => void (turns += 1);
    const { signal } = new AbortController();
    const cut = await cutLongText(speechRequest({ input: TEXT }), CUT, { giveWay, signal });
    expect(cut?.segments.join(' ')).to.equal(TEXT.trim());
    expect(turns).to.equal(cut?.segments.length);
    expect(cut).to.include({ isVeryLong: true, maxChars: 300 });
  });

  it('ends where nobody waits for it any more', async () => {
    const client = new AbortController();
    let turns = 0;
    const giveWay = (): undefined => {
      turns += 1;
      if (turns === 3) client.abort();
      return undefined;
    };
    expect(await cutLongText(speechRequest({ input: TEXT }), CUT, { giveWay, signal: client.signal })).to.equal(
      undefined,
    );
    expect(turns).to.equal(3);
  });
});
