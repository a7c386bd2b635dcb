// Runs TypeScript as it stands: `node --import ./scripts/strip-types/register.js file.ts`.
import { register } from 'node:module';

register('./hooks.js', import.meta.url);
