/** @module `npm start`: builds the pages where they are not built, and becomes `postern demo`. */

import { fileURLToPath } from 'node:url'
import { prepareWeb } from './build-web.ts'

const main = fileURLToPath(new URL('../packages/postern/src/cli/main.ts', import.meta.url))
// Of somebody's real org nothing is emulated.
const command = process.env['POSTERN_ORG'] ? 'start' : 'demo'

process.stderr.write('Building the pages of the console where they are not built yet.\n')
await prepareWeb()
process.argv = [process.argv[0] ?? 'node', main, command, ...process.argv.slice(2)]
await import(main)
