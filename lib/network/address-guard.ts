import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { SpeechError } from '../speech/error.js';

type Family = 'ipv4' | 'ipv6';

/**
 * What no TTS server has for an address, but a cloud's metadata service or a mistake does. Loopback and private networks are not
 * among them: that is where TTS servers live.
 */
const REFUSED: readonly (readonly [network: string, prefix: number, family: Family])[] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  // Alibaba Cloud's metadata service lies in carrier-grade address space, which others use for private networks.
  ['100.100.100.200', 32, 'ipv4'],
  // Oracle Cloud's.
  ['192.0.0.192', 32, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['255.255.255.255', 32, 'ipv4'],
  ['fe80::', 10, 'ipv6'],
  // AWS's metadata service over IPv6.
  ['fd00:ec2::254', 128, 'ipv6'],
  ['ff00::', 8, 'ipv6'],
  // Link-local addresses behind NAT64 and 6to4.
  ['64:ff9b::a9fe:0', 112, 'ipv6'],
  ['2002:a9fe::', 32, 'ipv6'],
];

/** Decides which addresses may be connected to. */
export class AddressGuard {
  readonly #list = new BlockList();
  readonly #listed: 'allowed' | 'refused';

  /** @param allow addresses and ranges; where given, these are allowed and nothing else is */
  constructor(allow: readonly string[] | undefined) {
    this.#listed = allow === undefined ? 'refused' : 'allowed';
    for (const range of allow ?? []) {
      const [network = '', prefix] = range.split('/');
      const family = familyOf(network);
      this.#list.addSubnet(network, prefix === undefined ? (family === 'ipv4' ? 32 : 128) : Number(prefix), family);
    }
    if (allow === undefined)
      for (const [network, prefix, family] of REFUSED) this.#list.addSubnet(network, prefix, family);
  }

  allows(address: string): boolean {
    const isListed = this.#list.check(address, familyOf(address));
    return this.#listed === 'allowed' ? isListed : !isListed;
  }

  /** Resolves names as the system does, and hides the addresses that may not be connected to, whatever name led there. */
  readonly lookup: LookupFunction = (hostname, options, callback) => {
    const answer = (error: NodeJS.ErrnoException | null, found: readonly LookupAddress[]): void => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const allowed = found.filter(({ address }) => this.allows(address));
      const [first] = allowed;
      if (first === undefined) callback(blockedAddress(), '');
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    };
    // What replaces `dns.lookup`, caches mostly, may answer in the same turn, in which nobody hears the socket's event yet.
    resolve(hostname, { ...options, all: true }, (error, found) => setImmediate(answer, error, found));
  };
}

export function blockedAddress(): SpeechError {
  return new SpeechError('blocked_address', 'the server’s address is not allowed');
}

function familyOf(address: string): Family {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
