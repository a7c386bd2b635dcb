import { hostname } from 'node:os';
import { didYouMean } from '../../options/did-you-mean.js';
import type { RemoteOptions } from '../../providers/remote/provider.js';
import type { SpeechError, SpeechErrorCode } from '../../speech/error.js';
import type { Unreached } from './probe-connection.js';

/** Names that people mean when they mistype one. */
const KNOWN_HOSTS = ['localhost', 'host.docker.internal', 'api.openai.com'];

/** What Node says of certificates, and what to do about it. */
const CERTIFICATES: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'the server’s certificate has expired; renew it',
  CERT_NOT_YET_VALID: 'the server’s certificate is not valid yet; compare the clocks of both machines',
  ERR_TLS_CERT_ALTNAME_INVALID:
    'the server’s certificate is for another name; use that name in "baseUrl", or give it in "tls.servername"',
};

const UNKNOWN_ISSUER =
  'nobody that this machine trusts vouches for the server’s certificate; give its issuer in "tls.ca"';

/** Says what to do about a server that gave no answer. */
export function connectionHint({ step, error }: Unreached, options: RemoteOptions): string {
  const { timeout } = options;
  const port = portOf(options.baseUrl);
  const hints: Partial<Record<SpeechErrorCode, string>> = {
    blocked_address: blockedHint(options),
    dns: nameHint(error, options),
    refused: refusedHint(options),
    unreachable: 'no way leads to that address from this machine; check the address, the network and the VPN',
    tls: tlsHint(error),
    'timeout.lookup': `no name server answered within ${String(timeout.lookup)} ms; check this machine’s DNS`,
    'timeout.connect': `port ${port} does not answer: a firewall filters it, or the machine is off; check both, and the address`,
    'timeout.tls': `port ${port} takes connections, but does not answer TLS; check the port, and whether it is to be http://`,
    'timeout.total': 'there was not enough time for this step; allow more, or look why the server is slow',
    bad_response: `what listens on port ${port} does not speak HTTP; check the port`,
    'timeout.first_byte': `the server took the request and did not answer within ${String(timeout.firstByte)} ms; it hangs or is too busy: look at it, or start it anew`,
    'timeout.idle': 'the server began to answer and then stopped; look at it, or start it anew',
  };
  const closed =
    step === 'tls'
      ? `port ${port} closes the connection when TLS begins; check the port, and whether it is to be http://`
      : 'the server closes the connection without an answer; check the port, and look at the server’s log';
  return hints[error.code] ?? closed;
}

export function portOf(baseUrl: string): string {
  const { port, protocol } = new URL(baseUrl);
  return port !== '' ? port : protocol === 'https:' ? '443' : '80';
}

/** Says whether TLS went as far as to certificates, and ended over one. */
export function isCertificateProblem({ code, cause }: SpeechError): boolean {
  return code === 'tls' && typeof cause === 'string' && /CERT|SELF_SIGNED|UNABLE_TO_/.test(cause);
}

/** Says what to do where the port answers over the other of http and https. */
export function otherSchemeHint(options: RemoteOptions): string {
  const port = portOf(options.baseUrl);
  return isSecure(options)
    ? `port ${port} speaks plain HTTP; begin the base URL with http://`
    : `port ${port} speaks TLS; begin the base URL with https://`;
}

export function isSecure({ baseUrl }: RemoteOptions): boolean {
  return new URL(baseUrl).protocol === 'https:';
}

function hostOf({ baseUrl }: RemoteOptions): string {
  return new URL(baseUrl).hostname.replace(/^\[|\]$/g, '');
}

function blockedHint(options: RemoteOptions): string {
  if (options.allowAddresses !== undefined)
    return 'that address is not among those in "allowAddresses"; add it there if it is the right one';
  if (['0.0.0.0', '::'].includes(hostOf(options)))
    return `${hostOf(options)} is an address to listen on and not one to call; use 127.0.0.1, or the machine’s own address`;
  return 'that is a link-local or metadata address, where no speech server should be; name it in "allowAddresses" if it is meant';
}

function nameHint({ cause }: SpeechError, options: RemoteOptions): string {
  const host = hostOf(options);
  const meant = didYouMean(host, [...KNOWN_HOSTS, hostname()]);
  if (meant !== '') return `there is no such name${meant}`;
  if (cause === 'EAI_AGAIN') return 'no name server could be asked; check this machine’s DNS, and the name';
  return host.includes('.')
    ? 'there is no such name; check how it is written'
    : 'there is no such name; check how it is written, and that a container’s name is used in the same container network only';
}

function refusedHint(options: RemoteOptions): string {
  const host = hostOf(options);
  const port = portOf(options.baseUrl);
  if (new URL(options.baseUrl).port === '')
    return `nothing listens on port ${port}, which is used as "baseUrl" names none; add the server’s port`;
  if (host === 'localhost' || host === '::1' || host.startsWith('127.'))
    return `nothing listens on port ${port} of this machine; start the server, or, from within a container, use the other container’s name`;
  return `nothing listens on port ${port} there; start the server, or check the port`;
}

function tlsHint({ cause }: SpeechError): string {
  const code = typeof cause === 'string' ? cause : '';
  const certificate = CERTIFICATES[code];
  if (certificate !== undefined) return certificate;
  if (/SELF_SIGNED|UNABLE_TO_/.test(code)) return UNKNOWN_ISSUER;
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/.test(code))
    return 'the server wants a certificate of the client, or other ciphers; give "tls.cert" and "tls.key"';
  return 'what listens there does not speak TLS that this machine understands; check the port, and whether it is to be http://';
}
