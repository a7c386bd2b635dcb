import { expect } from 'chai';
import { EventReader } from '../../../lib/providers/remote/event-reader.js';
import type { SpeechError } from '../../../lib/speech/error.js';
import type { SpeechUsage } from '../../../lib/speech/provider.js';
import { soundIn } from '../../support/audio.js';
import { delta, deltas, DONE } from '../../support/event-behaviours.js';

const SOUND = soundIn('mp3');
const USAGE = { inputTokens: 3, outputTokens: 44, totalTokens: 47 };

interface Outcome {
  readonly sound: Buffer;
  readonly done: readonly (SpeechUsage | undefined)[];
  readonly failures: readonly SpeechError['code'][];
  readonly said: readonly (string | undefined)[];
}

/** Reads a whole reply, cut as the test wants. */
function read(chunks: readonly (string | Uint8Array)[], maxLength = 1_000_000): Outcome {
  const sound: Buffer[] = [];
  const done: (SpeechUsage | undefined)[] = [];
  const failures: SpeechError['code'][] = [];
  const said: (string | undefined)[] = [];
  const reader = new EventReader({
    maxLength,
    onSound: (bytes) => sound.push(bytes),
    onDone: (usage) => done.push(usage),
    onFailure: (error, words) => {
      failures.push(error.code);
      said.push(words);
    },
  });
  for (const chunk of chunks) reader.read(Buffer.from(chunk as Uint8Array));
  reader.end();
  return { sound: Buffer.concat(sound), done, failures, said };
}

function expectWhole({ sound, done, failures }: Outcome, ...usage: (SpeechUsage | undefined)[]): void {
  expect(failures).to.deep.equal([]);
  expect(sound.equals(SOUND)).to.equal(true);
  expect(done).to.deep.equal(usage.length === 0 ? [USAGE] : usage);
}

describe('EventReader', () => {
  it('takes the sound out of the events, and what was used out of the last', () => {
    expectWhole(read([deltas(SOUND) + DONE]));
  });

  it('takes them in whatever pieces they come, a character of several bytes in two of them', () => {
    const bytes = Buffer.from(`: café ☕\n\ndata: {"type":"other","text":"☕"}\n\n${deltas(SOUND)}${DONE}`);
    for (const size of [1, 2, 7, 1_000]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      expectWhole(read(pieces));
    }
  });

  it('takes one event with all of the sound', () => {
    expectWhole(read([delta(SOUND) + DONE]));
  });

  const dialects: [string, string][] = [
    ['CRLF', (deltas(SOUND) + DONE).replaceAll('\n', '\r\n')],
    ['CR', (deltas(SOUND) + DONE).replaceAll('\n', '\r')],
    ['a byte order mark', `\uFEFF${deltas(SOUND)}${DONE}`],
    ['comments and events that it does not know', `: ping\n\n${deltas(SOUND)}: ping\n\ndata: {"type":"x"}\n\n${DONE}`],
    ['no space behind the colon', (deltas(SOUND) + DONE).replaceAll('data: ', 'data:')],
    ['ids, retry times and fields that there are not', `id: 1\nretry: 5\nfoo: bar\n${deltas(SOUND)}id: 2\n${DONE}`],
    ['a sign of life that is no JSON', `data: ping\n\n${deltas(SOUND)}${DONE}`],
    ['no blank line at the end', (deltas(SOUND) + DONE).trimEnd()],
    ['an end mark behind the end', `${deltas(SOUND)}${DONE}data: [DONE]\n\n`],
    ['data on several lines', (deltas(SOUND) + DONE).replaceAll(',"', ',\ndata: "')],
    [
      'the type in the event’s name',
      (deltas(SOUND) + DONE).replaceAll(/data: {"type":"([^"]*)",/g, 'event: $1\ndata: {'),
    ],
  ];
  for (const [name, text] of dialects) {
    it(`understands ${name}`, () => {
      expectWhole(read([text]));
    });
  }

  it('takes the end mark for an end where there is no other', () => {
    expectWhole(read([`${deltas(SOUND)}data: [DONE]\n\n`]), undefined);
  });

  const usages: [string, string, SpeechUsage | undefined][] = [
    ['speaches’ name for it', '"token_usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3}', use(1, 2, 3)],
    ['no sum', '"usage":{"input_tokens":1,"output_tokens":2}', use(1, 2, 3)],
    ['details', '"usage":{"input_tokens":1,"output_tokens":2,"total_tokens":3,"more":{}}', use(1, 2, 3)],
    ['half of it', '"usage":{"input_tokens":1}', undefined],
    ['what is no number', '"usage":{"input_tokens":"1","output_tokens":-2,"total_tokens":3}', undefined],
    ['nothing', '"x":1', undefined],
  ];
  for (const [name, json, usage] of usages) {
    it(`reads the usage of a server that gives ${name}`, () => {
      expectWhole(read([`${deltas(SOUND)}data: {"type":"speech.audio.done",${json}}\n\n`]), usage);
    });
  }

  it('takes base64 of either alphabet, with and without padding and line breaks', () => {
    const sound = Buffer.from([0xfb, 0xff, 0xfe, 0x00]);
    for (const audio of ['+//+AA==', '-__-AA==', '+//+AA', '+//+\\nAA==\\n']) {
      const outcome = read([`data: {"type":"speech.audio.delta","audio":"${audio}"}\n\n${DONE}`]);
      expect(outcome.sound.equals(sound), audio).to.equal(true);
    }
  });

  const faults: [string, string, SpeechError['code']][] = [
    ['ends after half of the sound', deltas(SOUND).slice(0, deltas(SOUND).length / 2), 'truncated'],
    ['ends in the middle of its last event', deltas(SOUND) + DONE.slice(0, 40), 'truncated'],
    ['says that it is whole without any sound', DONE, 'empty'],
    ['has only events that are not known', 'data: {"type":"x"}\n\n', 'empty'],
    ['has no event', '<!doctype html>\n<html>\n\n</html>', 'not_audio'],
    ['has nothing', '', 'not_audio'],
    ['has JSON that is none', `${deltas(SOUND)}data: {"type":\n\n${DONE}`, 'bad_response'],
    ['has base64 that is none', 'data: {"type":"speech.audio.delta","audio":"not base64!"}\n\n', 'bad_response'],
    ['has an event without its sound', 'data: {"type":"speech.audio.delta"}\n\n', 'bad_response'],
    ['has an error event', `${deltas(SOUND)}data: {"type":"error","message":"no"}\n\n${DONE}`, 'bad_response'],
    ['has an error in an event', 'data: {"error":{"message":"no"}}\n\n', 'bad_response'],
    ['has an event that is an error by its name', 'event: error\ndata: {"message":"no"}\n\n', 'bad_response'],
  ];
  for (const [name, text, code] of faults) {
    it(`says ${code} of a stream that ${name}, once`, () => {
      const { done, failures } = read([text]);
      expect(failures).to.deep.equal([code]);
      expect(done).to.deep.equal([]);
    });
  }

  it('hands on what the server reported, and of other failures nothing', () => {
    expect(read(['data: {"error":{"message":"no"}}\n\n']).said).to.deep.equal(['{"error":{"message":"no"}}']);
    expect(read([deltas(SOUND)]).said).to.deep.equal([undefined]);
  });

  it('does not gather an event without an end', () => {
    const pieces = Array.from({ length: 100 }, () => `data: ${'x'.repeat(100)}`);
    expect(read(pieces, 1_000).failures).to.deep.equal(['too_large']);
  });
});

function use(inputTokens: number, outputTokens: number, totalTokens: number): SpeechUsage {
  return { inputTokens, outputTokens, totalTokens };
}
