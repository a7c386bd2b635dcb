import { MemoryFile } from './memory-file.js';

/** The part of WASI preview 1 that a command-line program with one output file needs: arguments, one directory, files in memory. */

const SUCCESS = 0;
const BAD_DESCRIPTOR = 8;
const NOT_FOUND = 44;
const DIRECTORY = 3;
const REGULAR_FILE = 4;
const PREOPENED = 3;
const OPEN_CREATE = 1;
const OPEN_TRUNCATE = 8;
const SEEK_FROM = { start: 0, current: 1, end: 2 };

/** Says that the program ended itself. */
export class ProgramExit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`the program ended with status ${String(status)}`);
    this.status = status;
  }
}

interface OpenFile {
  readonly file: MemoryFile;
  position: number;
}

export interface RunOptions {
  readonly args: readonly string[];
  /** Name of the file to return. */
  readonly output: string;
  /** Largest file in bytes. */
  readonly mostBytes: number;
}

/**
 * Runs a WASI command to its end and returns the file that it wrote.
 *
 * @throws {ProgramExit} when it ends with a status other than 0
 */
export function runWasiCommand(module: WebAssembly.Module, { args, output, mostBytes }: RunOptions): Uint8Array {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const encodedArgs = args.map((arg) => encoder.encode(`${arg}\0`));
  const files = new Map<string, MemoryFile>();
  const open = new Map<number, OpenFile>();
  let nextDescriptor = PREOPENED + 1;
  const buffer = (): ArrayBuffer => program.memory.buffer;
  const view = (): DataView => new DataView(buffer());
  const bytes = (start: number, length: number): Uint8Array => new Uint8Array(buffer(), start, length);
  const vectors = (start: number, count: number): Uint8Array[] =>
    Array.from({ length: count }, (_, index) => {
      const at = start + index * 8;
      return bytes(view().getUint32(at, true), view().getUint32(at + 4, true));
    });

  const imports = {
    args_sizes_get(countAt: number, sizeAt: number) {
      view().setUint32(countAt, encodedArgs.length, true);
      view().setUint32(
        sizeAt,
        encodedArgs.reduce((sum, arg) => sum + arg.length, 0),
        true,
      );
      return SUCCESS;
    },
    args_get(pointersAt: number, stringsAt: number) {
      let at = stringsAt;
      for (const [index, arg] of encodedArgs.entries()) {
        view().setUint32(pointersAt + index * 4, at, true);
        bytes(at, arg.length).set(arg);
        at += arg.length;
      }
      return SUCCESS;
    },
    // Time stands still, so that the same text always sounds the same.
    clock_time_get(_clock: number, _precision: bigint, at: number) {
      view().setBigUint64(at, 0n, true);
      return SUCCESS;
    },
    fd_close(descriptor: number) {
      return open.delete(descriptor) ? SUCCESS : BAD_DESCRIPTOR;
    },
    fd_fdstat_get(descriptor: number, at: number) {
      if (descriptor > PREOPENED && !open.has(descriptor)) return BAD_DESCRIPTOR;
      bytes(at, 24).fill(0);
      view().setUint8(at, descriptor === PREOPENED ? DIRECTORY : REGULAR_FILE);
      view().setBigUint64(at + 8, ~0n & 0xffffffffffffffffn, true);
      view().setBigUint64(at + 16, ~0n & 0xffffffffffffffffn, true);
      return SUCCESS;
    },
    fd_fdstat_set_flags: () => SUCCESS,
    fd_prestat_get(descriptor: number, at: number) {
      if (descriptor !== PREOPENED) return BAD_DESCRIPTOR;
      view().setUint32(at, 0, true);
      view().setUint32(at + 4, 1, true);
      return SUCCESS;
    },
    fd_prestat_dir_name(_descriptor: number, at: number, length: number) {
      bytes(at, length).set(encoder.encode('/').subarray(0, length));
      return SUCCESS;
    },
    path_open(
      _directory: number,
      _lookup: number,
      pathAt: number,
      pathLength: number,
      flags: number,
      _rights: bigint,
      _inheriting: bigint,
      _descriptorFlags: number,
      descriptorAt: number,
    ) {
      const path = decoder.decode(bytes(pathAt, pathLength));
      let file = files.get(path);
      if (file === undefined) {
        if ((flags & OPEN_CREATE) === 0) return NOT_FOUND;
        file = new MemoryFile(mostBytes);
        files.set(path, file);
      }
      if ((flags & OPEN_TRUNCATE) !== 0) file.truncate();
      const descriptor = nextDescriptor;
      nextDescriptor += 1;
      open.set(descriptor, { file, position: 0 });
      view().setUint32(descriptorAt, descriptor, true);
      return SUCCESS;
    },
    fd_read(descriptor: number, vectorsAt: number, count: number, readAt: number) {
      const target = open.get(descriptor);
      let read = 0;
      if (target !== undefined) {
        for (const part of vectors(vectorsAt, count)) {
          const chunk = target.file.contents.subarray(target.position, target.position + part.length);
          part.set(chunk);
          target.position += chunk.length;
          read += chunk.length;
        }
      }
      view().setUint32(readAt, read, true);
      return SUCCESS;
    },
    fd_seek(descriptor: number, offset: bigint, whence: number, at: number) {
      const target = open.get(descriptor);
      if (target === undefined) return BAD_DESCRIPTOR;
      const base = whence === SEEK_FROM.start ? 0 : whence === SEEK_FROM.current ? target.position : target.file.size;
      target.position = base + Number(offset);
      view().setBigUint64(at, BigInt(target.position), true);
      return SUCCESS;
    },
    fd_write(descriptor: number, vectorsAt: number, count: number, writtenAt: number) {
      const target = open.get(descriptor);
      let written = 0;
      for (const part of vectors(vectorsAt, count)) {
        // What the program says on its standard outputs is of no use to anybody.
        if (target !== undefined) {
          target.file.write(target.position, part);
          target.position += part.length;
        }
        written += part.length;
      }
      view().setUint32(writtenAt, written, true);
      return SUCCESS;
    },
    proc_exit(status: number): undefined {
      throw new ProgramExit(status);
    },
  };

  const program = instantiate(module, imports);
  try {
    program.start();
  } catch (error) {
    if (!(error instanceof ProgramExit) || error.status !== 0) throw error;
  }
  return files.get(output)?.contents ?? new Uint8Array();
}

interface Program {
  readonly memory: WebAssembly.Memory;
  readonly start: () => void;
}

function instantiate(module: WebAssembly.Module, imports: Record<string, WebAssembly.ImportedFunction>): Program {
  const { memory, _start: start } = new WebAssembly.Instance(module, { wasi_snapshot_preview1: imports }).exports;
  if (!(memory instanceof WebAssembly.Memory) || typeof start !== 'function') {
    throw new Error('this is not a WASI command');
  }
  return { memory, start: start as () => void };
}
