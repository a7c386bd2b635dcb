import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Makes a password for one run of the app, where nobody has set one. */
export function makePassword() {
  return randomBytes(6).toString('base64url');
}

/**
 * Says whether a request comes with the password, by HTTP's own login. An app of your own has a login already: let `authorize`
 * look at its session instead.
 */
export function adminLogin(password) {
  const wanted = digest(`admin:${password}`);
  return function isAdmin(request) {
    const [scheme, credentials = ''] = (request.headers.authorization ?? '').split(' ');
    const given = Buffer.from(credentials, 'base64').toString();
    return scheme.toLowerCase() === 'basic' && timingSafeEqual(digest(given), wanted);
  };
}

/** Comparing digests takes the same time whatever was given. */
function digest(text) {
  return createHash('sha256').update(text).digest();
}
