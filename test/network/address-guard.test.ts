import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { expect } from 'chai';
import fc from 'fast-check';
import { AddressGuard } from '../../lib/network/address-guard.js';

/** The metadata services of clouds, by their own names for them. */
const METADATA: Readonly<Record<string, readonly string[]>> = {
  'AWS EC2': ['169.254.169.254', 'fd00:ec2::254'],
  'AWS ECS': ['169.254.170.2'],
  'AWS EKS Pod Identity': ['169.254.170.23', 'fd00:ec2::23'],
  'Google Cloud': ['169.254.169.254', 'fd20:ce::254'],
  'Azure IMDS and WireServer': ['169.254.169.254', '168.63.129.16'],
  Alibaba: ['100.100.100.200', 'fd00:100::100:200'],
  Oracle: ['169.254.169.254', '192.0.0.192', 'fd00:c1::a9fe:a9fe'],
  Scaleway: ['169.254.42.42', 'fd00:42::42'],
  DigitalOcean: ['169.254.169.254'],
  Hetzner: ['169.254.169.254'],
  OpenStack: ['169.254.169.254', 'fe80::a9fe:a9fe'],
  Tencent: ['169.254.0.23'],
  IBM: ['169.254.169.254'],
  'Akamai (Linode)': ['169.254.169.254', 'fd00:a9fe:a9fe::1'],
};

const KEPT = [
  '127.0.0.1',
  '127.255.255.254',
  '::1',
  '0:0:0:0:0:0:0:1',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '100.64.0.1',
  '100.100.100.201',
  '168.63.129.17',
  '192.0.0.191',
  '169.253.255.255',
  '169.255.0.0',
  '1.0.0.0',
  '223.255.255.255',
  '93.184.216.34',
  'fd12:3456::1',
  'fd00::1',
  'fd20:ce::255',
  'fd00:42::43',
  'fd00:ec3::254',
  'fec0::1',
  '2606:4700::1111',
  '2001:db8::1',
  '2001:4860:4860::8888',
  '64:ff9b::5db8:d822',
  '64:ff9b:1::a00:1',
  '64:ff9b:1:fffe::5db8:d822',
  '2002:5db8:d822::1',
  '2001:0:5db8:d822::a1d6:2fdd',
];

/** Writes an IPv4 address in the ways that IPv6 has for it. */
const SPELLINGS: Readonly<Record<string, (bytes: readonly number[]) => string>> = {
  mapped: (bytes) => `::ffff:${bytes.join('.')}`,
  'mapped, in hex': (bytes) => `::ffff:${groups(bytes)}`,
  'mapped, written out in capitals': (bytes) => `0:0:0:0:0:FFFF:${groups(bytes).toUpperCase()}`,
  compatible: (bytes) => `::${bytes.join('.')}`,
  translated: (bytes) => `::ffff:0:${groups(bytes)}`,
  NAT64: (bytes) => `64:ff9b::${groups(bytes)}`,
  'NAT64, with dots': (bytes) => `64:ff9b::${bytes.join('.')}`,
  'local NAT64 of 96 bits': (bytes) => `64:ff9b:1::${groups(bytes)}`,
  'local NAT64 of 96 bits in a part': (bytes) => `64:ff9b:1:fffe:0:1:${groups(bytes)}`,
  'local NAT64 of 48 bits': ([a = 0, b = 0, c = 0, d = 0]) => `64:ff9b:1:${hex(a, b)}:${hex(0, c)}:${hex(d, 0)}::`,
  'local NAT64 of 56 bits': ([a = 0, b = 0, c = 0, d = 0]) => `64:ff9b:1:${hex(7, a)}:${hex(0, b)}:${hex(c, d)}::`,
  'local NAT64 of 64 bits': ([a = 0, b = 0, c = 0, d = 0]) => `64:ff9b:1:7:${hex(0, a)}:${hex(b, c)}:${hex(d, 0)}:0`,
  '6to4': (bytes) => `2002:${groups(bytes)}::1`,
  'Teredo, its server': (bytes) => `2001:0:${groups(bytes)}::1`,
  'Teredo, its client': (bytes) => `2001:0:5db8:d822:0:ffff:${groups(bytes.map((byte) => byte ^ 0xff))}`,
  ISATAP: (bytes) => `2001:db8::5efe:${bytes.join('.')}`,
  'ISATAP, of a global address': (bytes) => `2001:db8::200:5efe:${bytes.join('.')}`,
};

function hex(high: number, low: number): string {
  return (high * 256 + low).toString(16);
}

function groups([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string {
  return `${hex(a, b)}:${hex(c, d)}`;
}

describe('AddressGuard', () => {
  const guard = new AddressGuard(undefined);

  it('allows loopback, private networks and the rest of the world', () => {
    expect(KEPT.filter((address) => !guard.allows(address))).to.deep.equal([]);
  });

  for (const [cloud, addresses] of Object.entries(METADATA)) {
    it(`refuses the metadata service of ${cloud}`, () => {
      expect(addresses.filter((address) => guard.allows(address))).to.deep.equal([]);
    });
  }

  it('refuses link-local, unspecified, multicast and broadcast addresses', () => {
    const refused = ['169.254.0.0', '169.254.255.255', 'fe80::1', 'febf:ffff::1', 'fe80::1%eth0', '0.0.0.0', '0.1.2.3'];
    const more = ['::', '0:0:0:0:0:0:0:0', '::ffff:0.0.0.0', '224.0.0.1', '239.1.2.3', '255.255.255.255', 'ff02::1'];
    expect([...refused, ...more].filter((address) => guard.allows(address))).to.deep.equal([]);
  });

  const IPV4 = [...new Set(Object.values(METADATA).flat())].filter((address) => !address.includes(':'));
  for (const [name, spell] of Object.entries(SPELLINGS)) {
    it(`refuses them as IPv6 spells them: ${name}`, () => {
      const spelled = IPV4.map((address) => spell(address.split('.').map(Number)));
      expect(spelled.filter((address) => guard.allows(address))).to.deep.equal([]);
    });
  }

  const octet = fc.integer({ min: 1, max: 255 });

  it('refuses every spelling of every refused IPv4 address', () => {
    const refused = fc.oneof(
      fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
      fc.tuple(fc.integer({ min: 224, max: 239 }), octet, octet, octet),
      fc.constantFrom([100, 100, 100, 200], [168, 63, 129, 16], [192, 0, 0, 192], [255, 255, 255, 255]),
    );
    fc.assert(
      fc.property(refused, fc.constantFrom(...Object.keys(SPELLINGS)), (bytes, name) => {
        const spelled = SPELLINGS[name]?.(bytes) ?? '';
        expect(guard.allows(spelled), `${name} of ${bytes.join('.')}: ${spelled}`).to.equal(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it('allows every other one where a spelling says which part of it is the IPv4 address', () => {
    // In what NAT64 has for local use an operator chooses the part, so that any of them may be meant.
    const plain = Object.keys(SPELLINGS).filter((name) => !name.startsWith('local'));
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), fc.constantFrom(...plain), (bytes, name) => {
        fc.pre(guard.allows(bytes.join('.')));
        const spelled = SPELLINGS[name]?.(bytes) ?? '';
        expect(guard.allows(spelled), `${name} of ${bytes.join('.')}: ${spelled}`).to.equal(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('allows nothing that is no address', () => {
    for (const text of ['', 'localhost', '1.2.3', '[::1]', '::1::', '127.0.0.1:80', '%eth0', '2852039166']) {
      expect(guard.allows(text), text).to.equal(false);
    }
  });

  it('allows what is named and nothing else, where something is named', () => {
    const named = new AddressGuard(['10.0.0.0/8', '169.254.7.7', '::1', 'fd00:ec2::/32', '64:ff9b::/96']);
    for (const address of ['10.9.9.9', '::ffff:10.9.9.9', '169.254.7.7', '::1', 'fd00:ec2::254', '64:ff9b::a9fe:a9fe'])
      expect(named.allows(address), address).to.equal(true);
    for (const address of ['127.0.0.1', '169.254.7.8', '11.0.0.1', '::ffff:11.0.0.1', '2002:a00:1::', '::2', 'a'])
      expect(named.allows(address), address).to.equal(false);
  });

  describe('when something else has taken the place of the system’s lookup', () => {
    const { lookup } = dns;

    afterEach(() => {
      dns.lookup = lookup;
      syncBuiltinESMExports();
    });

    /** Has names resolved as caches do it: in the same turn. */
    function answerAtOnce(...answer: readonly unknown[]): void {
      const atOnce = (_hostname: string, _options: unknown, callback: (...given: unknown[]) => void): void => {
        callback(...answer);
      };
      dns.lookup = atOnce as typeof dns.lookup;
      syncBuiltinESMExports();
    }

    const look = (isAll: boolean) =>
      new Promise<{ readonly given: unknown[]; readonly wasAtOnce: boolean }>((resolve) => {
        let isSameTurn = true;
        new AddressGuard(undefined).lookup('tts.example', { all: isAll }, (...given) => {
          resolve({ given, wasAtOnce: isSameTurn });
        });
        isSameTurn = false;
      });

    it('answers in another turn, as the socket’s listeners come after the call', async () => {
      answerAtOnce(null, [{ address: '10.0.0.1', family: 4 }]);
      expect(await look(true)).to.deep.equal({ given: [null, [{ address: '10.0.0.1', family: 4 }]], wasAtOnce: false });
      expect(await look(false)).to.deep.equal({ given: [null, '10.0.0.1', 4], wasAtOnce: false });
    });

    it('hides what may not be connected to, and passes an error on, in another turn too', async () => {
      answerAtOnce(null, [{ address: '169.254.169.254', family: 4 }]);
      const refused = await look(true);
      expect([refused.wasAtOnce, (refused.given[0] as { code?: string }).code]).to.deep.equal([
        false,
        'blocked_address',
      ]);
      const error = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
      answerAtOnce(error, []);
      expect(await look(true)).to.deep.equal({ given: [error, ''], wasAtOnce: false });
    });
  });
});
