/** @module HTTP sinks under test, and the receiver at the other side. */

import { Secret } from '@postern/core'
import { onTestFinished } from 'vitest'
import type { z } from 'zod'
import {
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from '../../../../test/scripted-server.ts'
import { TestClock } from '../../../../test/test-clock.ts'
import { createOutboundTransport } from '../../src/http/outbound.ts'
import { httpSettings } from '../../src/sinks/http/settings.ts'
import { http } from '../../src/sinks/http.ts'
import type { Sink, SinkContext } from '../../src/sinks/sink.ts'
import type { Store } from '../../src/store/store.ts'
import { signingSecret } from './receivers.ts'

/** A sink, and what it sends to. */
export interface HttpSinkUnderTest {
  readonly sink: Sink
  readonly receiver: ScriptedServer
  readonly clock: TestClock
  readonly context: SinkContext<z.output<typeof httpSettings>>
}

/** Opens a sink whose receiver answers as the script says. */
export async function openHttpSink(
  script: Script,
  settings: Partial<z.input<typeof httpSettings>> = {},
  secrets: Readonly<Record<string, string>> = { signingSecret },
): Promise<HttpSinkUnderTest> {
  const receiver = await startScriptedServer(script)
  onTestFinished(receiver.close)
  const clock = new TestClock()
  const context = {
    settings: httpSettings.parse({ url: `${receiver.orgUrl}/in`, ...settings }),
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([name, text]) => [name, new Secret(text)]),
    ),
    sink: { id: 'sink-1', name: 'hook' },
    // This kind keeps nothing.
    store: undefined as unknown as Store,
    transport: createOutboundTransport({ dev: true }),
    clock,
    dev: true,
  }
  return { sink: await http.open(context), receiver, clock, context }
}
