import { timingSafeEqual } from 'node:crypto';
import type { Authorize } from '../admin/admin-request.js';
import { digestOf } from './digest.js';

/** Who signs in at the admin page. */
const USER = 'admin';

/** Says whether a request comes with the password, by HTTP's own login. */
export function adminLogin(password: string): Authorize {
  const wanted = digestOf(`${USER}:${password}`);
  return ({ headers }) => {
    const [scheme = '', credentials = ''] = (headers.authorization ?? '').split(' ');
    const given = Buffer.from(credentials, 'base64').toString();
    return scheme.toLowerCase() === 'basic' && timingSafeEqual(digestOf(given), wanted);
  };
}
