// Writes the types of a contract as TypeScript declarations: `node types.js WIT DIR`.

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { $init, generateTypes } from '@bytecodealliance/jco-transpile/component';

const [contract, directory] = process.argv.slice(2);
if (contract === undefined || directory === undefined) {
  throw new Error('usage: node types.js WIT DIR');
}

await $init;
// As text: the generator's own reading of files fails, whatever the path.
const wit = { tag: 'source', val: await readFile(contract, 'utf8') };
for (const [name, contents] of generateTypes('recipe', { wit, world: 'recipe' })) {
  const path = join(directory, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}
