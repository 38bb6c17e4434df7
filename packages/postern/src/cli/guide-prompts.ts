/** @module How a guide speaks with a person: shows a step, asks, and hears whether it is done. */

import type { GuideOutcome, GuideQuestion, GuideStep } from '@postern/core'
import { paint, showPlain, tell } from './output.ts'

/** What a person says after a step. */
export type GuideReply = 'check' | 'skip' | 'stop'

/** A step as it is shown. */
export type ShownStep = Omit<GuideStep, 'check'>

/** Speaks with a person. `undefined` for an answer is the wish to stop. */
export interface GuidePrompts {
  showStep(step: ShownStep, number: number, of: number): void
  ask(question: GuideQuestion, before: string | undefined): Promise<string | undefined>
  askReply(step: ShownStep): Promise<GuideReply>
  showOutcome(outcome: GuideOutcome): void
}

/** Prompts on this terminal: they go to stderr, since stdout is for data. */
export async function openPrompts(signal: AbortSignal): Promise<GuidePrompts> {
  const { isCancel, log, password, select, text } = await import('@clack/prompts')
  const io = { input: process.stdin, output: process.stderr, signal }
  return {
    showStep(step, number, of) {
      // In no frame: what is to be pasted has to be copied from here.
      tell(`\n${paint('bold', `${number}/${of}  ${step.title}`)}\n${describeStep(step)}\n`)
    },
    async ask({ label, alsoCalled, isSecret }, before) {
      const also = alsoCalled.length === 0 ? '' : ` (also called ${alsoCalled.join(', ')})`
      const message = `${label}${also}`
      const answer = isSecret
        ? await password({ ...io, message })
        : await text({ ...io, message, ...(before === undefined ? {} : { initialValue: before }) })
      return isCancel(answer) ? undefined : answer
    },
    async askReply() {
      const reply = await select<GuideReply>({
        ...io,
        message: 'When you have done it:',
        options: [
          { value: 'check', label: 'I did it: verify now' },
          { value: 'skip', label: 'Go on without looking' },
          { value: 'stop', label: 'Stop here; the same command goes on later' },
        ],
      })
      return isCancel(reply) ? 'stop' : reply
    },
    showOutcome({ status, observed, remedy }) {
      const said = showPlain(remedy === undefined ? observed : `${observed} ${remedy}`)
      if (status === 'done') log.success(said, io)
      else if (status === 'todo') log.warn(said, io)
      else log.info(said, io)
    },
  }
}

/** A step as text; words of the screen are bold. */
export function describeStep({ where, actions, values, warnings }: ShownStep): string {
  const bold = (line: string) =>
    line.replace(/\*\*([^*]+)\*\*/g, (_all, words: string) => paint('bold', words))
  return [
    ...where.map((place, index) => bold(`${index === 0 ? 'Where' : '   or'}  ${place}`)),
    '',
    ...actions.map((action, index) => bold(`${index + 1}. ${action}`)),
    ...values.flatMap(({ label, value }) => ['', paint('dim', `${label}:`), value]),
    ...(warnings.length === 0 ? [] : ['']),
    ...warnings.map((warning) => `${paint('yellow', '!')} ${bold(warning)}`),
  ].join('\n')
}
