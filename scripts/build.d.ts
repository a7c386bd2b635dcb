/** Bundles the code for Node into a folder, with the page of the admin beside it. */
export function buildCode(outdir: string): Promise<void>;
