/** @module The words that a thing shows when it is pointed at or has the focus: one box for the whole console. */

import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactNode } from 'react'

const handle = Tooltip.createHandle<string>()

const SIDE_OFFSET = 6

/** The box; it stands once, at the end of the page. */
export function TooltipRoot(): ReactNode {
  return (
    <Tooltip.Provider delay={200}>
      <Tooltip.Root handle={handle}>
        {({ payload }) => (
          <Tooltip.Portal>
            <Tooltip.Positioner sideOffset={SIDE_OFFSET}>
              <Tooltip.Popup className="tooltip">{payload}</Tooltip.Popup>
            </Tooltip.Positioner>
          </Tooltip.Portal>
        )}
      </Tooltip.Root>
    </Tooltip.Provider>
  )
}

/** Something with more to say. @param of.words - said on hover and focus; `label` should have them for screen readers. */
export function WithTooltip(of: {
  readonly words: string
  readonly label: string
  readonly className?: string
  readonly onPress?: () => void
  readonly children: ReactNode
}): ReactNode {
  return (
    <Tooltip.Trigger
      handle={handle}
      payload={of.words}
      className={of.className}
      aria-label={of.label}
      onClick={of.onPress}
      closeOnClick={false}
      type="button"
    >
      {of.children}
    </Tooltip.Trigger>
  )
}
