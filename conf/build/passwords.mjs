// node passwords.mjs --modules DIR --out FILE
//
// Makes the list of common passwords that `portalctl load-base` loads (OWASP ASVS 5, 6.2.4: at least the 3,000 most used
// ones that the composition rules let pass), from npm zxcvbn: one word a line, in small letters, sorted.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { argumentsRead, moduleFolder } from './arguments.mjs';

const { modules, out } = argumentsRead(['modules', 'out']);
const lists = createRequire(import.meta.url)(join(moduleFolder(modules, 'zxcvbn'), 'lib', 'frequency_lists.js'));
const SHORTEST = 4;       // a word so short is common only as a whole
const words = [...new Set(lists.passwords.map((word) => word.toLowerCase()))].filter((word) => word.length >= SHORTEST && word.length <= 40);
if (words.length < 10000)
  throw new Error(`zxcvbn: only ${words.length} passwords`);
mkdirSync(dirname(out), { recursive: true });
writeFileSync(out, `${words.sort().join('\n')}\n`);
