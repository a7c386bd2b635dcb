import type { MarkdownIt } from 'markdown-it';

type BlockRule = Parameters<MarkdownIt['block']['ruler']['at']>[1];
type BlockState = Parameters<BlockRule>[0];

/**
 * Reads a table as the parser does, but leaves short rows as they are. The parser fills each up to the width of the header, and so
 * makes 65,536 cells of two kilobytes; here a table has as many as are written. Cells beyond the header's are kept, as they have words.
 */
export const tableRule: BlockRule = (state, startLine, endLine, silent) => {
  if (startLine + 2 > endLine || !isInBlock(state, startLine) || !isInBlock(state, startLine + 1)) return false;
  const header = lineAt(state, startLine);
  if (!header.includes('|')) return false;
  const titles = cellsOf(header);
  if (titles.length === 0 || titles.length !== columnsOf(lineAt(state, startLine + 1))) return false;
  if (silent) return true;

  const parent = state.parentType;
  state.parentType = 'table';
  state.push('table_open', 'table', 1);
  pushRow(state, 'th', titles);
  let line = startLine + 2;
  for (; line < endLine && isInBlock(state, line) && !isTerminated(state, line, endLine); line += 1) {
    const row = lineAt(state, line);
    if (row === '') break;
    pushRow(state, 'td', cellsOf(row));
  }
  state.push('table_close', 'table', -1);
  state.parentType = parent;
  state.line = line;
  return true;
};

/** Counts the columns of the line below the header; none where it is no such line. */
export function columnsOf(line: string): number {
  // A dash and a blank begin the item of a list.
  if (!/^[|:-]/.test(line) || !/^[|:\s-]+$/.test(line) || /^-\s/.test(line)) return 0;
  const columns = cellsOf(line);
  return columns.every((column) => /^:?-+:?$/.test(column)) ? columns.length : 0;
}

function pushRow(state: BlockState, kind: 'th' | 'td', cells: readonly string[]): void {
  state.push('tr_open', 'tr', 1);
  for (const cell of cells) {
    state.push(`${kind}_open`, kind, 1);
    const inline = state.push('inline', '', 0);
    inline.content = cell;
    inline.children = [];
    state.push(`${kind}_close`, kind, -1);
  }
  state.push('tr_close', 'tr', -1);
}

/** Takes the cells of a row apart at its bars, those apart that a backslash stands before. */
function cellsOf(row: string): string[] {
  const cells = row.split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll('\\|', '|'));
  if (cells[0] === '') cells.shift();
  if (cells.at(-1) === '') cells.pop();
  return cells;
}

function isInBlock(state: BlockState, line: number): boolean {
  const indent = (state.sCount[line] ?? 0) - state.blkIndent;
  // Four blanks and more begin code.
  return indent >= 0 && indent < 4;
}

function isTerminated(state: BlockState, line: number, endLine: number): boolean {
  return state.md.block.ruler.getRules('blockquote').some((rule) => rule(state, line, endLine, true));
}

function lineAt(state: BlockState, line: number): string {
  return state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line] ?? 0).trim();
}
