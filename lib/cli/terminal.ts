/** Where a command writes. */
export interface Output {
  /** What was asked for, so that it can be read by a program or put into a file. */
  readonly result: NodeJS.WritableStream;
  /** What is said about it, to whoever looks. */
  readonly remark: (line: string) => void;
  readonly isColoured: boolean;
}

export function terminal(): Output {
  return {
    result: process.stdout,
    remark: (line) => void process.stderr.write(`${line}\n`),
    isColoured: process.stdout.isTTY && process.env['NO_COLOR'] === undefined,
  };
}

/** Keeps what a server says from steering the terminal. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, ' ');
}

/** Writes rows in columns, the first row being their names. Columns of figures stand to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const isFigure = widths.map((_, column) => rows.slice(1).every((row) => /^([\d.]|–|$)/.test(row[column] ?? '')));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        isFigure[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return `${rows.map(line).join('\n')}\n`;
}
