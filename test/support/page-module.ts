/** Imports a module of the admin page, which is JavaScript for browsers; its shape is for the test to state. */
export async function pageModule(name: string): Promise<unknown> {
  return import(new URL(`../../lib/admin/public/${name}`, import.meta.url).href);
}
