// Replaces `dns.lookup` by one that answers in the same turn, with the address in LOOKUP_ANSWER for every name.
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { isIP } from 'node:net';

const address = process.env.LOOKUP_ANSWER;
const { lookup } = dns;

dns.lookup = (name, options, callback) => {
  if (isIP(name) !== 0) lookup(name, options, callback);
  else if (options.all === true) callback(null, [{ address, family: 4 }]);
  else callback(null, address, 4);
};
syncBuiltinESMExports();
