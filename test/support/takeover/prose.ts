import { CHINESE_PARAGRAPHS } from './prose-zh.js';

/** Prose in English with sentences of many lengths, of which each can be understood by itself. */
const ENGLISH_PARAGRAPHS = [
  'The old lighthouse stood at the end of the harbour wall, and every evening the keeper climbed its stairs. He counted them as he went, although he knew that there were ninety four. From the top he could see the fishing boats come home, one after the other, with their small lamps swinging in the wind. Some of the men waved to him. He always waved back to them with both of his arms.',
  'In the village below, people set their clocks by the light. The baker began his work when it was lit, and the children knew that it was time for bed. Nobody could remember a night when it had stayed dark. There had been storms that took the roofs from the houses, and a winter when the sea froze along the shore. The light had burned through all of them.',
  'One autumn a letter came from the city. It said that a machine would do the work from the spring on, and that the keeper could retire. He read it twice at the kitchen table, folded it and put it under the sugar bowl. Then he climbed the stairs as he did every evening. The wind was rising, and the first rain was falling on the glass.',
  'The machine arrived in March, in three wooden boxes. Two engineers put it together in a day and tested it in a night. It needed no sleep and no coffee, and it never forgot. The keeper watched them work and asked questions about the small red wheel, the long arm and the black cable. They answered politely. They had been told that he would be difficult, but he was not.',
  'When they had gone, he sat down beside the machine and listened. It made a low sound, like a cat that is content. At nine in the evening it turned the light on by itself. He looked at his watch and had to admit that it was right. For the first time in forty years he went home before midnight, and he did not know what to do there.',
  'Summer came, and the visitors with it. They wanted to see the machine, and they wanted to see the man whose place it had taken. He showed them both. He told them about the storms and about the winter of the frozen sea. The children asked whether he was sad. He said that he had been tired for a long time, and that now he could see the stars.',
  'In October the great storm came. It broke the harbour wall in two places and tore the cable from the machine. The village was dark, and eleven boats were still at sea. The keeper did not wait for anybody to call him. He took the old lamp from the shed, filled it with oil and climbed the stairs in the dark. He did not count them this time.',
  'All night he stood at the top and turned the lamp with his hands. The boats came home one after the other. In the morning the engineers telephoned and asked what had happened. He told them that the machine had done well, and that it needed a friend. They laughed. But when they came to mend it, they left the old lamp where it was, and they gave him a new chair.',
  'He sits in it every evening now. The machine does its work, and he does nothing, which he says is harder. Sometimes he talks to it. On quiet nights he opens the window and listens to the sea. If you walk along the harbour wall after nine, you can see two lights at the top. One of them turns. The other one is his pipe, and it has never gone out in a storm.',
  'People ask him what he has learned from all of it. He thinks about the question for a while before he answers. A light that never fails does not exist, he says. What exists is a light that has another one behind it. Then he gets up, looks at the sky and goes to make some tea. The stairs are steep, and he takes them slowly, one step after the other.',
];

export type Language = 'English' | 'Chinese';

/** Returns whole sentences of it, of at least so many characters in all. */
export function prose(characters: number, language: Language = 'English'): string {
  const [paragraphs, space] = language === 'English' ? [ENGLISH_PARAGRAPHS, ' '] : [CHINESE_PARAGRAPHS, ''];
  const sentences = paragraphs.flatMap((paragraph) => paragraph.match(/[^.。]+[.。]/g) ?? []);
  let text = '';
  for (const sentence of sentences) if (text.length < characters) text += space + sentence.trim();
  return text.trim();
}
