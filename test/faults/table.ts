import type { Fault } from './fault.js';

const INTRODUCTION = `# The fault matrix

What can go wrong between an app and what speaks for it, and what comes of it. Every row is made for real and run against a real app
by \`test/faults/\`: a first provider with the fault in it, a local provider that speaks at once, and text. Beside its own line, each
row has to leave the app's other routes as quick as ever, nothing unhandled, and sockets, descriptors, threads, permits and memory
where they were; and the next request has to be answered. The text is short, one call, and its sound is held for half a second, so that
another provider can still speak where one breaks off ([Held speech](decisions/0017-held-speech.md)). Of a long text the rest is spoken
by another one, held or not ([A speech that goes on](decisions/0015-long-speech.md)).

“Code” is what stands in \`Server-Timing\`, log lines and events for the provider with the fault; “counts” is what its circuit
breaker makes of it.

This page is written by \`npm run docs:faults\`; edit the rows, not the page.
`;

const HEAD = ['what happens', 'how it is made', 'the client gets', 'code', 'counts'];

/** Writes the matrix as a page of Markdown, a table a group, in the order of the rows. */
export function renderMatrix(matrix: readonly Fault[]): string {
  const groups = [...new Set(matrix.map(({ group }) => group))];
  const sections = groups.map((group) => renderGroup(group, matrix));
  return [INTRODUCTION, `${String(matrix.length)} rows.\n`, ...sections].join('\n');
}

function renderGroup(group: string, matrix: readonly Fault[]): string {
  const rows = matrix.filter((fault) => fault.group === group).map(cellsOf);
  const title = group.charAt(0).toUpperCase() + group.slice(1);
  return [`## ${title}\n`, ...[HEAD, HEAD.map(() => '---'), ...rows].map(line), ''].join('\n');
}

function cellsOf({ name, how, reply, code, counts, needs = [] }: Fault): string[] {
  const made = needs.length === 0 ? how : `${how} (needs ${needs.join(', ')})`;
  return [name, made, reply, code === null ? 'none' : `\`${code}\``, counts];
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
