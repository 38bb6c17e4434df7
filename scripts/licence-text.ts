/** @module The text of a package's licence: its own file, else the end of its README, else the standard text and its holder. */

import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** What a package.json says. */
export interface LicensedPackage {
  readonly name: string
  readonly license: string
}

/** Who holds the rights in packages that say "MIT" and come without the text. */
const HOLDERS: Readonly<Record<string, string>> = {
  '@hono/zod-openapi': 'Yusuke Wada and the authors of honojs/middleware',
  '@hono/zod-validator': 'Yusuke Wada and the authors of honojs/middleware',
}

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`

/** The text. @throws {Error} where there is none. */
export function licenceTextOf(folder: string, { name, license }: LicensedPackage): string {
  const files = readdirSync(folder)
  const file = files.find((found) => /^licen[cs]e(?:\.\w+)?$/i.test(found))
  if (file !== undefined) return read(folder, file)
  const readme = files.find((found) => /^readme(?:\.\w+)?$/i.test(found))
  const [, section] =
    /^#+ licen[cs]e\s+(.*)$/ims.exec(readme === undefined ? '' : read(folder, readme)) ?? []
  if (section?.includes('Permission is hereby granted')) return section
  const holder = HOLDERS[name]
  if (license === 'MIT' && holder !== undefined) {
    return `The MIT License\n\nCopyright (c) ${holder}\n\n${MIT}`
  }
  throw new Error(`${name} comes without the text of its licence.`)
}

function read(folder: string, file: string): string {
  return readFileSync(path.join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim()
}
