/** @module A Dockerfile, as far as ours goes: one instruction for each line, lines that go on, no heredoc. */

/** One instruction. */
export interface Instruction {
  readonly name: string
  readonly text: string
}

/** The instructions in order. @throws where a line is none. */
export function parseDockerfile(text: string): readonly Instruction[] {
  return text
    .split('\n')
    .filter((line) => !line.startsWith('#') && line.trim() !== '')
    .join('\n')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => {
      const [, name, rest] = /^([A-Z]+) (.+)$/.exec(line) ?? []
      if (name === undefined || rest === undefined) throw new Error(`No instruction: ${line}`)
      return { name, text: rest }
    })
}

/** The variables of ENV instructions. */
export function variablesOf(instructions: readonly Instruction[]): Record<string, string> {
  const texts = instructions.flatMap(({ name, text }) => (name === 'ENV' ? text.split(' ') : []))
  return Object.fromEntries(texts.map((text) => text.split('=') as [string, string]))
}

/** The words of an instruction in exec form. @throws where it is in shell form. */
export function execForm({ text }: Instruction): string[] {
  return JSON.parse(text)
}
