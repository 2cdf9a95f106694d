// The build scripts' arguments: --name VALUE, all required. A mistake says what is expected and exits 2.

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';

export function argumentsRead(names) {
  const given = {};
  for (let i = 2; i + 1 < process.argv.length; i += 2)
    given[process.argv[i].replace(/^--/, '')] = process.argv[i + 1];
  const missing = names.filter((name) => !given[name]);
  if (missing.length > 0) {
    console.error(`usage: node ${process.argv[1]} ${names.map((n) => `--${n} …`).join(' ')}  (missing: ${missing.join(', ')})`);
    process.exit(2);
  }
  return given;
}

// The folder of an npm package, or a stop that says what to do.
export function moduleFolder(modules, name) {
  const folder = join(modules, name);
  if (existsSync(folder))
    return folder;
  console.error(`${name} is not in ${modules}: run the front door's npm step first (make assets)`);
  process.exit(1);
}

export function moduleLoad(modules, name) {
  moduleFolder(modules, name);
  return createRequire(join(resolve(modules), 'x.js'))(name);
}
