import { BlockList, isIP } from 'node:net';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Names the variable of the environment by which other programs would go through a proxy to this address. This package goes to its
 * servers directly. Nothing where `NO_PROXY` leaves the address out, or it is this machine's own, to which no proxy leads.
 */
export function unusedProxy(baseUrl: string, environment: Environment): string | undefined {
  const url = new URL(baseUrl);
  if (isThisMachine(hostOf(url)) || isExempt(url, valueOf(environment, 'no_proxy')?.value ?? '')) return undefined;
  const scheme = valueOf(environment, url.protocol === 'https:' ? 'https_proxy' : 'http_proxy');
  return (scheme ?? valueOf(environment, 'all_proxy'))?.name;
}

/** As curl does, small letters go first. */
function valueOf(
  environment: Environment,
  name: string,
): { readonly name: string; readonly value: string } | undefined {
  for (const spelling of [name, name.toUpperCase()]) {
    const value = environment[spelling]?.trim();
    if (value !== undefined && value !== '') return { name: spelling, value };
  }
  return undefined;
}

/** Reads `NO_PROXY` as curl and Go do: names with all below them, addresses, ranges, each with a port or without; `*` is everything. */
function isExempt(url: URL, list: string): boolean {
  const host = hostOf(url);
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      // Without brackets, an address of IPv6 has no port.
      const [, name = entry, wanted = port] = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(entry) ?? [];
      return name !== '' && wanted === port && covers(name.replace(/^\[|\]$/g, ''), host);
    });
}

function covers(entry: string, host: string): boolean {
  if (entry === '*') return true;
  if (isIP(host) !== 0) return entry === host || isWithin(entry, host);
  const name = entry.replace(/^\*?\./, '');
  return host === name || host.endsWith(`.${name}`);
}

function isWithin(range: string, address: string): boolean {
  const [network = '', bits = ''] = range.split('/');
  const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
  const longest = family === 'ipv6' ? 128 : 32;
  if (isIP(network) === 0 || isIP(network) !== isIP(address) || !/^\d+$/.test(bits) || Number(bits) > longest)
    return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(address, family);
}

function isThisMachine(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '::1' || host.startsWith('127.');
}

function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, '').toLowerCase();
}
