/** @module `npm run postern`: becomes the command, in the folder in which it was typed and not in that of the repository. */

import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../packages/postern/src/cli/main.ts', import.meta.url))
const folder = process.env['INIT_CWD']

if (folder) process.chdir(folder)
process.argv = [process.argv[0] ?? 'node', main, ...process.argv.slice(2)]
await import(main)
