import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { SpeechError } from '../speech/error.js';
import { embeddedIPv4 } from './embedded-ipv4.js';
import { REFUSED_ADDRESSES } from './refused-addresses.js';

/** Decides which addresses may be connected to. */
export class AddressGuard {
  readonly #list = new BlockList();
  readonly #listed: 'allowed' | 'refused';

  /** @param allow addresses and ranges; where given, these are allowed and nothing else is */
  constructor(allow: readonly string[] | undefined) {
    this.#listed = allow === undefined ? 'refused' : 'allowed';
    for (const range of allow ?? REFUSED_ADDRESSES) {
      const [network = '', prefix] = range.split('/');
      const longest = isIP(network) === 4 ? 32 : 128;
      this.#list.addSubnet(network, prefix === undefined ? longest : Number(prefix), familyOf(network));
    }
  }

  /** What is no address is not allowed, as nothing is known of where it leads. */
  allows(address: string): boolean {
    // A zone says by which of this machine's networks, and nothing of where to.
    const [bare = ''] = address.split('%');
    if (isIP(bare) === 0) return false;
    return this.#listed === 'allowed' ? this.#isListed(bare) : !spellingsOf(bare).some((each) => this.#isListed(each));
  }

  #isListed(address: string): boolean {
    return this.#list.check(address, familyOf(address));
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

/** Whatever the address stands for is refused with it; what is allowed has to be named as it is. */
function spellingsOf(address: string): string[] {
  return isIP(address) === 6 ? [address, ...embeddedIPv4(address)] : [address];
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
