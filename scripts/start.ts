/** @module `npm start`: builds the pages where they are not built, and becomes `postern demo`. */

import { fileURLToPath } from 'node:url'
import { prepareWeb } from './build-web.ts'

const main = fileURLToPath(new URL('../packages/postern/src/cli/main.ts', import.meta.url))
// Of somebody's real org nothing is emulated.
const command = process.env['POSTERN_ORG'] ? 'start' : 'demo'

await prepareWeb()
process.argv = [process.argv[0] ?? 'node', main, command, ...process.argv.slice(2)]
await import(main)
