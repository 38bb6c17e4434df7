/** @module Mutants that were looked at and change nothing that can be observed, each with its reason. */

import type { Mutant } from './mutant.ts'

interface Equivalent {
  readonly file: string
  /** The line, without the spaces around it. */
  readonly text: string
  readonly code: string
  readonly replacement: string
  readonly why: string
}

const equivalents: readonly Equivalent[] = [
  {
    file: 'packages/core/src/keys/encrypted.ts',
    text: 'const [salt, iterations, ...optional] = readSequence(derivationParameters) ?? []',
    code: '[]',
    replacement: '["Stryker was here"]',
    why: 'Without a second element there is no count, which is refused first.',
  },
  {
    file: 'packages/core/src/keys/find.ts',
    text: "return start < 0 ? text : upTo(text.slice(start), '}')",
    code: 'start < 0',
    replacement: 'start <= 0',
    why: 'A text that begins with a brace is read before.',
  },
  {
    file: 'packages/core/src/keys/generate.ts',
    text: "if (parts.crt === undefined) throw new TypeError('The generator left the primes out.')",
    code: 'parts.crt === undefined',
    replacement: 'false',
    why: 'For the type alone: Web Crypto gives the primes.',
  },
  {
    file: 'packages/core/src/keys/encrypted.ts',
    text: "const aesBits = AES_CBC_BITS.get(readOid(cipherOid) ?? '')",
    code: "''",
    replacement: '"Stryker was here!"',
    why: 'No cipher has either name.',
  },
  {
    file: 'packages/core/src/keys/private-key.ts',
    text: "const crv = parts.kty === 'EC' ? parts.crv : undefined",
    code: "parts.kty === 'EC'",
    replacement: 'true',
    why: 'Parts of no other kind have a curve.',
  },
  {
    file: 'packages/core/src/keys/private-key.ts',
    text: "if (parts.kty === 'EC') return { d: encodeInteger(parts.d, curveBytes(parts.crv)) }",
    code: "parts.kty === 'EC'",
    replacement: 'true',
    why: 'Parts of no other kind have a curve.',
  },
  {
    file: 'packages/core/src/url/client-id.ts',
    text: "return (groups.slice(1).find((group) => group !== undefined) ?? '').trim()",
    code: "''",
    replacement: '"Stryker was here!"',
    why: 'For the type alone: one of the groups matched.',
  },
  {
    file: 'packages/core/src/url/nearest-scope.ts',
    text: 'let beforeLast: number[] = []',
    code: '[]',
    replacement: '["Stryker was here"]',
    why: 'It is read from the second row on, and set by then.',
  },
  {
    file: 'packages/core/src/url/org-host.ts',
    text: "if (!isCustom && isPlaceholderLabel(host.split('.')[0] ?? '')) {",
    code: "''",
    replacement: '"Stryker was here!"',
    why: 'For the type alone: a text that is split has a first part.',
  },
  {
    file: 'packages/core/src/url/scopes.ts',
    text: '} catch {',
    code: '{\n    return undefined\n  }',
    replacement: '{}',
    why: 'A function that ends gives undefined too.',
  },
  {
    file: 'packages/core/src/url/split.ts',
    text: 'const [, name, tail] = SCHEME.exec(text) ?? []',
    code: '[]',
    replacement: '["Stryker was here"]',
    why: 'The first element is not read.',
  },
  {
    file: 'packages/core/src/url/several.ts',
    text: "const [, scheme, authority = ''] = /^(https?:\\/\\/)?([^/?#:]*)/i.exec(piece) ?? []",
    code: '[]',
    replacement: '["Stryker was here"]',
    why: 'For the type alone: every text matches.',
  },
  {
    file: 'packages/postern/src/server/proxy/root.ts',
    text: 'fetch: () => new Response(null, { status: 404 }),',
    code: '{ status: 404 }',
    replacement: '{}',
    why: 'For the type alone: whatever comes is answered before.',
  },
  {
    file: 'packages/postern/src/server/proxy/root.ts',
    text: 'if (!response.writableFinished) request.destroy()',
    code: '!response.writableFinished',
    replacement: 'true',
    why: 'Nobody listens any more once the answer is whole.',
  },
  {
    file: 'packages/postern/src/server/proxy/root.ts',
    text: "function requirePath({ url = '' }: IncomingMessage): string {",
    code: "''",
    replacement: '"Stryker was here!"',
    why: 'For the type alone: a request that came has a target.',
  },
  {
    file: 'packages/core/src/org/link.ts',
    text: "const [, name = '', quoted, plain] = parameter",
    code: "''",
    replacement: '"Stryker was here!"',
    why: 'For the type alone: a match has this group.',
  },
  {
    file: 'packages/core/src/org/page.ts',
    text: "if (typeof value !== 'object' || value === null) return undefined",
    code: "typeof value !== 'object'",
    replacement: 'false',
    why: 'A number, a text and a boolean have no member of that name.',
  },
  {
    file: 'packages/core/src/org/page.ts',
    text: 'if (recordEnd === undefined) return undefined',
    code: 'recordEnd === undefined',
    replacement: 'false',
    why: 'For the type alone: at no position there is no comma, which is asked for next.',
  },
  {
    file: 'packages/core/src/retry.ts',
    text: "const resets = failed.headers?.get('x-rate-limit-reset')?.split(',') ?? []",
    code: '[]',
    replacement: '["Stryker was here"]',
    why: 'A text that is no reset says as much as no text.',
  },
]

/** Why a mutant cannot be noticed; undefined where it was not looked at, or can be. */
export function whyEquivalent({ file, text, code, replacement }: Mutant): string | undefined {
  return equivalents.find(
    (one) =>
      one.file === file &&
      one.text === text &&
      one.code === code &&
      one.replacement === replacement,
  )?.why
}
