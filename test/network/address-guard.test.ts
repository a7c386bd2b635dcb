import { expect } from 'chai';
import { AddressGuard } from '../../lib/network/address-guard.js';

describe('AddressGuard', () => {
  it('allows loopback, private networks and the rest of the world', () => {
    const guard = new AddressGuard(undefined);
    for (const address of ['127.0.0.1', '::1', '10.1.2.3', '192.168.1.1', '100.64.0.1', 'fd12::1', '93.184.216.34']) {
      expect(guard.allows(address), address).to.equal(true);
    }
  });

  it('refuses link-local and metadata addresses, however they are written', () => {
    const guard = new AddressGuard(undefined);
    const refused = ['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1', '64:ff9b::a9fe:a9fe', '2002:a9fe:a9fe::1'];
    for (const address of [...refused, 'fd00:ec2::254', '100.100.100.200', '192.0.0.192', '0.0.0.0', '224.0.0.1']) {
      expect(guard.allows(address), address).to.equal(false);
    }
  });

  it('allows what is named and nothing else, where something is named', () => {
    const guard = new AddressGuard(['10.0.0.0/8', '169.254.7.7', '::1']);
    for (const address of ['10.9.9.9', '169.254.7.7', '::1']) expect(guard.allows(address), address).to.equal(true);
    for (const address of ['127.0.0.1', '169.254.7.8', '11.0.0.1'])
      expect(guard.allows(address), address).to.equal(false);
  });
});
