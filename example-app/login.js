import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Makes a password for one run of the app, where nobody has set one. */
export function makePassword() {
  return randomBytes(6).toString('base64url');
}

/**
 * Asks for the password with HTTP's own login. An app of your own has a login already: put that before the admin page instead, and
 * have `authorize` look at its session.
 */
export function login(password) {
  const wanted = digest(`admin:${password}`);
  return function requireLogin(request, response, next) {
    const [scheme, credentials = ''] = (request.headers.authorization ?? '').split(' ');
    const given = Buffer.from(credentials, 'base64').toString();
    request.isAdmin = scheme.toLowerCase() === 'basic' && timingSafeEqual(digest(given), wanted);
    if (request.isAdmin) return next();
    return response.set('WWW-Authenticate', 'Basic realm="admin", charset="UTF-8"').sendStatus(401);
  };
}

/** Comparing digests takes the same time whatever was given. */
function digest(text) {
  return createHash('sha256').update(text).digest();
}
