/** The part of WebAssembly's interface that is used here. TypeScript has it in its browser library only, which does not belong here. */
declare namespace WebAssembly {
  class Module {
    private readonly brand;
    constructor(bytes: Uint8Array);
  }
  class Memory {
    readonly buffer: ArrayBuffer;
    constructor(descriptor: { initial: number });
  }
  type ImportedFunction = (...values: never[]) => number | undefined;
  class Instance {
    readonly exports: Readonly<Record<string, unknown>>;
    constructor(module: Module, imports: Record<string, Record<string, ImportedFunction>>);
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
