/** @module Every command, in the order of the help. */

import type { Command } from 'commander'
import { addDoctorCommand } from './doctor.ts'
import { addEmulatorCommand } from './emulator.ts'
import { addKeysCommands } from './keys.ts'
import { addReadCommand } from './read.ts'
import { addRequestCommand } from './request.ts'
import { addRotateCommand } from './rotate.ts'
import { addSetupCommand } from './setup.ts'
import { addTokenCommand } from './token.ts'

/** Each adds one command to the program; what the command does is loaded when it is called. */
export const commands: readonly ((program: Command, signal: AbortSignal) => void)[] = [
  addKeysCommands,
  addSetupCommand,
  addRotateCommand,
  addDoctorCommand,
  addTokenCommand,
  addRequestCommand,
  addReadCommand,
  addEmulatorCommand,
]
