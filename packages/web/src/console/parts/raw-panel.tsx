/** @module A text that Okta sent, whole. */

import type { ReactNode } from 'react'
import { shellTexts as texts } from '../../texts/console/shell.ts'
import { indented } from '../feeds/indented.ts'
import { CodeBlock } from './code-block.tsx'
import { copy } from './copied-text.tsx'
import { Panel } from './panel.tsx'

/** The text under its heading, indented where it is JSON. */
export function RawPanel(of: { readonly title: string; readonly raw: string }): ReactNode {
  const { title, raw } = of
  const text = indented(raw)
  return (
    <Panel
      title={title}
      actions={
        <button className="button small" type="button" onClick={() => void copy(text)}>
          {texts.copy}
        </button>
      }
    >
      <CodeBlock text={text} label={title} isTall />
    </Panel>
  )
}
