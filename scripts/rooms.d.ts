export const ROOMS: Readonly<
  Record<string, { readonly may: readonly string[]; readonly packages?: readonly string[] }>
>;
export const ROOT_FILES: readonly string[];
export const FENCED: readonly string[];
export function zones(): { target: string; from: string; except?: string[]; message: string }[];
export function packageFences(): { files: string[]; forbidden: string[] }[];
