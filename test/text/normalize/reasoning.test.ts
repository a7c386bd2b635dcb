import { expect } from 'chai';
import fc from 'fast-check';
import { withoutReasoning } from '../../../lib/text/normalize/reasoning.js';
import { AT_ONCE } from '../../../lib/text/turns.js';

const REASONING: readonly (readonly [what: string, written: string, said: string])[] = [
  ['reasoning before the answer', '<think>The user greets me.</think>\n\nGood morning!', 'Good morning!'],
  ['reasoning under another name', '<reasoning>\nHm.\n</reasoning>\nYes.', 'Yes.'],
  ['reasoning with a namespace', '<seed:think>Hm.</seed:think>Yes.', 'Yes.'],
  ['reasoning in capitals', '<THINKING>Hm.</THINKING> Yes.', 'Yes.'],
  ['reasoning with attributes', '<thinking budget="9">Hm.</thinking>Yes.', 'Yes.'],
  ['reasoning in the middle', 'Well. <think>What do I know?</think> Nothing.', 'Well. \n Nothing.'],
  ['reasoning twice', '<think>a</think>\n<think>b</think>\nYes.', 'Yes.'],
  ['nothing thought', '<think>\n\n</think>\n\nYes.', 'Yes.'],
  ['reasoning that was cut off', '<think>\nOkay, the user', ''],
  ['reasoning that was cut off in its line', '<think>Okay, the user', ''],
  ['reasoning that was cut off behind an answer', 'Yes.\n<think>\nOr is it', 'Yes.'],
  ['reasoning that was cut off in the line of the answer', 'It is 5. <think>Wait, let me check', 'It is 5.'],
  ['the same with a line break behind it', 'Sure! <think>\nOkay, the user', 'Sure!'],
  ['the same behind no sentence', 'Hello 👋 <think>okay, the user', 'Hello 👋'],
  ['the same in Chinese', '你好！<think>用户在打招呼', '你好！'],
  ['the same in brackets', 'Sure. [THINK]Okay, the', 'Sure.'],
  ['the same in triangles', 'Sure. ◁think▷Okay, the', 'Sure.'],
  ['reasoning that is escaped', '&lt;think&gt;Hm.&lt;/think&gt;Yes.', 'Yes.'],
  ['reasoning that is escaped twice, and by numbers', '&amp;lt;think&amp;gt;Hm.&#60;/think&#62;Yes.', 'Yes.'],
  ['reasoning that is escaped for Markdown', '\\<think\\>Hm.\\</think\\>Yes.', 'Yes.'],
  ['reasoning that is escaped for JSON', '\\u003cthink\\u003eHm.<\\/think>Yes.', 'Yes.'],
  ['reasoning that is escaped and was cut off', '&lt;think&gt;Okay, the user', ''],
  ['reasoning in full width', '＜think＞Hm.＜/think＞Yes.', 'Yes.'],
  ['reasoning with blanks in its tags', '< think >Hm.</ think >Yes.', 'Yes.'],
  ['reasoning in capitals with attributes, escaped', '&lt;THINK budget="9"&gt;Hm.&lt;/THINK&gt;Yes.', 'Yes.'],
  ['tags that are empty', '<think/>Yes. <think />\nNo.', 'Yes. \n\nNo.'],
  ['an end that was cut off', 'Okay, a greeting.</think', ''],
  ['an end that was cut off in its name', 'Okay, a greeting.\n</thin', ''],
  ['an end that is escaped and was cut off', '&lt;think&gt;Hm.&lt;/think&g', ''],
  ['an end in brackets that was cut off', 'Okay, a greeting.[/THINK', ''],
  ['a beginning that was cut off', 'Yes. <think', 'Yes.'],
  ['a sign of a template that was cut off', 'Yes.<|im_en', 'Yes.'],
  [
    'channels that are escaped',
    '&lt;|channel|&gt;analysis&lt;|message|&gt;Hm.&lt;|end|&gt;&lt;|channel|&gt;final&lt;|message|&gt;Yes.',
    'Yes.',
  ],
  ['reasoning whose beginning is missing', 'Okay, a greeting.\n</think>\n\nHello.', 'Hello.'],
  ['reasoning whose beginning is missing, in one line', 'Okay, a greeting.</think>Hello.', 'Hello.'],
  ['reasoning whose beginning is missing, in Chinese', '用户在打招呼。</think>你好！', '你好！'],
  ['reasoning with an unpaired sign of code', '<think>What is `x?</think>It is `x`.', 'It is `x`.'],
  ['reasoning in brackets', '[THINK]Hm.[/THINK]Yes. ◁think▷Hm.◁/think▷', 'Yes.'],
  [
    'reasoning in details',
    '<details type="reasoning" done="true" duration="3">\n<summary>Thought for 3 seconds</summary>\n> Hm.\n</details>\nYes.',
    'Yes.',
  ],
  ['details with details in them', "<details type='reasoning'><details>a</details>b</details>Yes.", 'Yes.'],
  ['details that say what they are', '<details>\n<summary>Thinking…</summary>\nHm.</details>\nYes.', 'Yes.'],
  ['details that were cut off', '<details type="reasoning">\nHm.', ''],
  ['reasoning that ends under another name than it began', '<think>Hm.</thinking>Yes.', 'Yes.'],
  ['the same the other way round', '<thinking>\nHm.\n</think>\n\nYes.', 'Yes.'],
  ['reasoning by the names of others', '<antThinking>a</antThinking><longcat_think>b</longcat_think>Yes.', 'Yes.'],
  ['reasoning between signs without a meaning', '<unused94>thought\nHm.<unused95>Yes.', 'Yes.'],
  ['a call by the name of its function', '<function=search>{"q":1}</function>Done.', 'Done.'],
  ['calls in a list', 'Let me see.[TOOL_CALLS][{"name": "search"}]', 'Let me see.'],
  ['a call in Python', '<|python_tag|>search.call(q="x")<|eom_id|>', ''],
  [
    'a call in Python behind an answer',
    'Let me see.<|python_tag|>search.call(q="x")<|eom_id|>Done.',
    'Let me see.\nDone.',
  ],
  ['a call of a tool', '<tool_call>\n{"name": "search"}\n</tool_call>\nDone.', 'Done.'],
  ['a call of a tool that was cut off', 'Let me see. <tool_call>{"name": "sea', 'Let me see.'],
  ['what a tool said', '<tool_response>{"a": 1}</tool_response>It is 1.', 'It is 1.'],
  [
    'channels',
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>',
    'Yes.',
  ],
  ['a channel that was cut off', '<|start|>assistant<|channel|>analysis<|message|>Hm, the', ''],
  ['a channel that goes over into another', '<|channel|>analysis<|message|>Hm.<|channel|>final<|message|>Yes.', 'Yes.'],
  [
    'a channel for tools',
    '<|channel|>commentary to=functions.a <|constrain|>json<|message|>{}<|call|><|channel|>final<|message|>Yes.',
    'Yes.',
  ],
  ['turns', '<|im_start|>assistant\nYes.<|im_end|>', 'Yes.'],
  ['turns of Llama', '<|start_header_id|>assistant<|end_header_id|>\n\nYes.<|eot_id|>', 'Yes.'],
  ['turns of Gemma', '<start_of_turn>model\nYes.<end_of_turn>', 'Yes.'],
  ['turns of DeepSeek', '<｜begin▁of▁sentence｜>Yes.<｜end▁of▁sentence｜>', 'Yes.'],
  ['thoughts of Command R', '<|START_THINKING|>Hm.<|END_THINKING|><|START_RESPONSE|>Yes.<|END_RESPONSE|>', 'Yes.'],
  ['instructions', '[INST] Hi. [/INST] Hello.', 'Hi. \n Hello.'],
];

/** What is written about reasoning, and what only looks like it. */
const ABOUT = [
  'Use the <think> tag to have it reason. Then it answers.',
  'The `<think>` tag begins it, and `</think>` ends it.',
  'Close it with </think>.',
  'Close it with </think> and go on.',
  'It ends with "</think>" or not.',
  'Wrap it in <think> and </think> tags.',
  'Wrap it in "<think>" and "</think>" tags.',
  '<think> is a tag that models use. It is closed later.',
  '```xml\n<think>\nHm.\n```\nThat is how it looks.',
  '~~~\n</think>\n~~~\nThat is how it ends.',
  '<details><summary>More</summary>Text.</details>',
  'I think </think> Good',
  'a < b, c > d, [x] and [y]',
  'In HTML, &lt;think&gt; is written so.',
  'Wrap it in &lt;think&gt; and &lt;/think&gt; tags.',
  '请用<think>标签。然后回答。',
  'Several <think>s in a row. That is odd.',
  'It begins with <think>, and goes on.',
  'He wrote "<think>Okay" and stopped.',
  'The tag is called <think>\n\nIt is new.',
  'Use <think',
  'Close it with </think',
  'It is <thick',
  'a < b && c',
  '[think] he said nothing',
  '请用 <think> 标签。然后回答。',
  'Text.\n\n</details>\nMore.',
];

const read = (text: string): Promise<string> => withoutReasoning(text, AT_ONCE);

describe('withoutReasoning', () => {
  for (const [what, written, said] of REASONING) {
    it(`leaves out ${what}`, async () => {
      expect(await read(written)).to.equal(said);
    });
  }

  for (const text of ABOUT) {
    it(`takes nothing from ${JSON.stringify(text)}`, async () => {
      expect(await read(text)).to.equal(text);
    });
  }

  it('says nothing of what was thought however its tags are written, and where it was cut', async () => {
    const signs = fc.constantFrom(
      ...(
        [
          ['<', '>'],
          ['&lt;', '&gt;'],
          ['&#60;', '&#62;'],
          ['\\<', '\\>'],
          ['＜', '＞'],
          ['< ', ' >'],
        ] as const
      ).map(([less, greater]) => ({ less, greater })),
    );
    const name = fc.constantFrom('think', 'THINK', 'thinking', 'seed:think', 'reasoning');
    const before = fc.constantFrom('', 'Well. ', 'Well! ', 'Well.\n', '好。');
    await fc.assert(
      fc.asyncProperty(before, name, signs, fc.nat(60), async (answer, tag, { less, greater }, cut) => {
        const begin = `${answer}${less}${tag}${greater}`;
        const whole = `${begin}Secret, or secret.${less}/${tag}${greater}`;
        const said = await read(whole.slice(0, begin.length + cut));
        expect(said.trim()).to.equal(answer.trim());
      }),
    );
  });

  it('never says what was thought, and always what stands behind it', async () => {
    const name = fc.constantFrom('think', 'thinking', 'reasoning', 'thought', 'tool_call');
    const thought = fc
      .array(fc.constantFrom('secret', ' ', '\n', '\n\n', '`', '```\n', '**', '<b>', '</i>', '> ', '- ', '<', '"'), {
        maxLength: 20,
      })
      .map((parts) => parts.join(''));
    const before = fc.constantFrom('', 'Well.\n', 'Well.\n\n', '# Title\n\n', '- one\n- two\n\n', 'Some `code`.\n');
    await fc.assert(
      fc.asyncProperty(before, name, thought, async (answer, tag, hidden) => {
        const said = await read(`${answer}<${tag}>secret ${hidden} secret</${tag}>\n\nAnswer.`);
        expect(said).not.to.contain('secret');
        expect(said.endsWith('Answer.')).to.equal(true);
        expect(said.startsWith(answer.trim())).to.equal(true);
      }),
    );
  });
});
