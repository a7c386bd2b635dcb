import { isIP } from 'node:net';

/** Says whether a text is an address, or a range such as "10.0.0.0/8". */
export function isAddressRange(text: string): boolean {
  const [network = '', prefix, ...rest] = text.split('/');
  if (isIP(network) === 0 || rest.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIP(network) === 4 ? 32 : 128));
}
