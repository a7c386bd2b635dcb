import { isIP } from 'node:net';

const EXAMPLE = 'such as "http://127.0.0.1:8880/v1"';
const IPV6_EXAMPLE = 'such as "http://[::1]:8880/v1"';

/** Longest name, and longest part of one between two dots, that the domain name system has. */
const MOST_NAME_CHARACTERS = 253;
const MOST_LABEL_CHARACTERS = 63;

/**
 * Checks the address of an OpenAI-compatible server and says what to do about one that cannot be right.
 *
 * It is read as it was written, as the URL parser puts right in silence what here is more likely a slip.
 *
 * @returns the problem in words, or undefined where there is none
 */
export function baseUrlProblem(value: string): string | undefined {
  const [, authority, path = ''] = /^https?:\/\/([^/?#\\]*)([/?#\\].*)?$/is.exec(value) ?? [];
  if (authority === undefined) return `expected an address that begins with http:// or https://, ${EXAMPLE}`;
  if (/[\s\p{Cc}]/u.test(value)) return 'the address must not have spaces or line breaks in it or at its end';
  return authorityProblem(authority) ?? pathProblem(path);
}

function authorityProblem(authority: string): string | undefined {
  if (authority.includes('@')) return 'credentials do not belong into the address; use "apiKey" or "headers"';
  // What follows the last colon may be meant as the port.
  if ([authority, authority.replace(/:[^:]*$/, '')].some((text) => isIP(text) === 6))
    return `an IPv6 address stands in brackets, ${IPV6_EXAMPLE}`;
  const [, host = authority, port] = /^(\[.*\]|[^[:]*)(?::(.*))?$/.exec(authority) ?? [];
  if (port !== undefined && !(/^\d+$/.test(port) && Number(port) >= 1 && Number(port) <= 65_535))
    return 'the port must be a number from 1 to 65535';
  return host.startsWith('[') ? ipv6Problem(host) : hostProblem(host);
}

function ipv6Problem(host: string): string | undefined {
  const address = /^\[(.*)\]$/.exec(host)?.[1] ?? '';
  if (address.includes('%')) return 'an IPv6 address cannot have a zone, such as "%eth0"; give one that needs none';
  return isIP(address) === 6 ? undefined : `an IPv6 address is expected in the brackets, ${IPV6_EXAMPLE}`;
}

function hostProblem(host: string): string | undefined {
  if (!URL.canParse(`http://${host}`)) {
    return /^[\d.]+$/.test(host)
      ? `an IPv4 address has four numbers from 0 to 255, ${EXAMPLE}`
      : `expected an address with a host, ${EXAMPLE}`;
  }
  // A dot at the end says that the name is whole.
  const name = new URL(`http://${host}`).hostname.replace(/\.$/, '');
  if (name.split('.').includes('')) return 'the host’s name has two dots in a row, or begins with one';
  const isTooLong =
    name.length > MOST_NAME_CHARACTERS || name.split('.').some((label) => label.length > MOST_LABEL_CHARACTERS);
  return isTooLong ? 'the host’s name, or a part of it, is longer than any name can be' : undefined;
}

function pathProblem(path: string): string | undefined {
  if (/[?#]/.test(path)) return 'the address must not have a query or a fragment';
  if (/\/audio(\/speech)?\/*$/.test(path)) {
    return 'give the address up to the version, without /audio/speech, which is added';
  }
  return undefined;
}
