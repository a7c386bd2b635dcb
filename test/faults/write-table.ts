import { writeFileSync } from 'node:fs';
import { MATRIX } from './matrix.js';
import { renderMatrix } from './table.js';

writeFileSync(new URL('../../docs/faults.md', import.meta.url), renderMatrix(MATRIX));
