/** @module Builds the pages of packages/web into packages/postern/dist/web, from where the server serves them. */

import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type InlineConfig, type Plugin, type Rolldown } from 'vite'
import { forgetOrigin, isMadeOf, keepOrigin } from './origin.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const web = path.join(root, 'packages/web')
const kept = path.join(root, 'packages/postern/dist/web')
const sources = ['packages/web', 'packages/core/src', 'scripts/build-web.ts']

/** Builds the pages unless they are there, of these sources. */
export async function prepareWeb(): Promise<void> {
  if (isMadeOf(kept, sources)) return
  process.stderr.write('Building the pages of the console.\n')
  await buildWeb(kept)
  keepWebOrigin()
}

/** Remembers what the pages that the server serves were made of: these sources, a moment ago. */
export function keepWebOrigin(): void {
  keepOrigin(kept, sources)
}

/**
 * Builds the pages from nothing: `connect/index.html`, `console/index.html`, what they load under `assets`, and the script for pages that embed it.
 *
 * @returns the files that they are made of, as far as packages can be told from them.
 */
export async function buildWeb(outDir: string): Promise<readonly string[]> {
  forgetOrigin(outDir)
  const connect = await build(page(outDir, 'connect', { emptyOutDir: true }))
  // By itself, so that the Connect page does not load in pieces what it would have in common with it.
  const console = await build(page(outDir, 'console', { emptyOutDir: false, cssCodeSplit: false }))
  const script = await build({
    ...common(outDir),
    build: {
      ...common(outDir).build,
      emptyOutDir: false,
      lib: {
        entry: path.join(web, 'src/embed/embed.ts'),
        name: 'Postern',
        formats: ['iife'],
        fileName: () => 'connect/embed.js',
      },
      rolldownOptions: { onLog, treeshake },
    },
  })
  return [...[connect, console, script].flatMap(modulesOf), palette]
}

// Styles are put together before anything counts as a module.
const palette = path.join(root, 'node_modules/@radix-ui/colors/index.css')

function modulesOf(built: Awaited<ReturnType<typeof build>>): readonly string[] {
  const bundles = [built].flat().flatMap((part) => ('output' in part ? part.output : []))
  return bundles.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []))
}

/** @param more - `cssCodeSplit: false` for one style sheet: whose parts were loaded later would lack colours, and move what is shown. */
function page(
  outDir: string,
  name: 'connect' | 'console',
  more: { readonly emptyOutDir: boolean; readonly cssCodeSplit?: boolean },
): InlineConfig {
  const input = { [name]: path.join(web, name, 'index.html') }
  const config = common(outDir)
  const rolldownOptions = { onLog, treeshake, input }
  return { ...config, build: { ...config.build, ...more, rolldownOptions } }
}

// Nothing that the pages are made of does anything by being looked at.
const treeshake = { propertyReadSideEffects: false, unknownGlobalSideEffects: false } as const

// The palette has twelve steps of each colour, and all of them once more for wide gamuts.
const WIDE_GAMUT =
  /@supports \(color:color\(display-p3 1 1 1\)\)\{@media \(color-gamut:p3\)\{[^}]*\}\}\}/g
const STEP = /(--[a-z]+-\d+):[^;}]+;?/g
const USED_STEP = /var\((--[a-z]+-\d+)\)/g

/** Leaves out the colours of the palette that nothing uses. */
const usedColours: Plugin = {
  name: 'used-colours',
  generateBundle(_options, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue
      const css = String(file.source).replaceAll(WIDE_GAMUT, '')
      const used = new Set([...css.matchAll(USED_STEP)].map(([, name]) => name))
      const steps = css.replaceAll(STEP, (step, name) => (used.has(name) ? step : ''))
      file.source = oneRuleEach(steps)
    }
  },
}

// One rule for each theme, where the palette has one for each colour.
const PALETTE = /(:root,\.light,\.light-theme|\.dark,\.dark-theme)\{((?:--[^}]*))\}/g

function oneRuleEach(css: string): string {
  const themes = new Map<string, string[]>()
  const rest = css.replaceAll(PALETTE, (_rule, theme: string, steps: string) => {
    themes.set(theme, [...(themes.get(theme) ?? []), steps.replace(/;$/, '')])
    return ''
  })
  const rules = [...themes].map(
    // Of its two names for a theme the page uses one.
    ([theme, steps]) => `${theme.replace(/,\.\w+-theme$/, '')}{${steps.join(';')}}`,
  )
  return `${rules.join('')}${rest}`
}

function common(outDir: string) {
  return {
    root: web,
    plugins: [usedColours],
    define: {
      // A test runner has another NODE_ENV, for which React is twice as large.
      'process.env.NODE_ENV': '"production"',
      // A page that holds a key tells no extension what is in it.
      __REACT_DEVTOOLS_GLOBAL_HOOK__: 'undefined',
    },
    oxc: { jsx: { runtime: 'automatic', development: false } },
    configFile: false,
    logLevel: 'warn',
    // TypeScript of this repository is told apart from what is published by this condition.
    resolve: { conditions: ['source', 'module', 'browser', 'default'] },
    build: {
      outDir,
      target: 'es2023',
      // The policy of the page allows no data: URL.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  } satisfies InlineConfig
}

// `use client` says nothing outside a server of React's, and how long a plugin took nothing about what it made.
const HARMLESS = ['MODULE_LEVEL_DIRECTIVE', 'PLUGIN_TIMINGS']

/** A warning ends the build, unless it is harmless. */
function onLog(
  level: Rolldown.LogLevel,
  log: Rolldown.RolldownLog,
  handle: Rolldown.LogOrStringHandler,
): void {
  if (HARMLESS.includes(log.code ?? '')) return
  if (level === 'warn') throw new Error(log.message)
  handle(level, log)
}
