import { expect } from 'chai';
import { samplesOf, soundIn } from '../support/audio.js';
import type { Answer } from './fault.js';

/** States that a reply is whole sound of a provider, every byte of it; the length in a header of WAV may be open. */
export function expectSpeechFrom(answer: Answer, provider: string): void {
  expect(answer.status, `status with ${JSON.stringify(answer.timings)}`).to.equal(200);
  expect(answer.provider).to.equal(provider);
  expect(answer.isWhole, 'a whole reply').to.equal(true);
  const { body, format } = answer;
  const isSame = format === 'wav' ? samplesOf(body).equals(samplesOf(soundIn('wav'))) : body.equals(soundIn(format));
  expect(isSame, 'the very sound').to.equal(true);
}

/** States that a reply is the text, with the reason. */
export function expectText(answer: Answer, reason: string): void {
  expect(answer.status).to.equal(200);
  expect(answer.isWhole, 'a whole reply').to.equal(true);
  expect(JSON.parse(answer.body.toString())).to.include({ object: 'speech.text', reason });
}

/** States that a reply is an error with all that belongs to one. */
export function expectError(answer: Answer, status: number, code: string): void {
  expect(answer.status).to.equal(status);
  expect(answer.isWhole, 'a whole reply').to.equal(true);
  const { error } = JSON.parse(answer.body.toString()) as { error: Record<string, unknown> };
  expect(error).to.have.all.keys('message', 'type', 'param', 'code');
  expect(error['code']).to.equal(code);
}

/** States that sound began and the connection was destroyed: no client takes it for a whole one. */
export function expectBroken(answer: Answer): void {
  expect(answer.status).to.equal(200);
  expect(answer.isWhole, 'a whole reply').to.equal(false);
}
