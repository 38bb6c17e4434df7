import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { leaksIn, leaksInBytes, type Marks } from '../../../../test/canary.ts'
import { casesOf, PROOF_TIMEOUT_MS, proofSeed, tellProof } from '../../../../test/proof.ts'
import { randomOf } from '../../../../test/random.ts'
import { stores } from '../../../../test/stores.ts'
import { countWrong, flawless } from './checker.ts'
import { playLockedWorker } from './locked-worker.ts'
import { keyFaults, openMasterKeyScene } from './master-key-play.ts'
import { signingSecret } from './receiver.ts'

describe.each(stores)(
  'feeds on $name whose master key is lost, wrong or rotated',
  ({ name, open }) => {
    test('lose nothing of theirs, show no secret, and go on with the right key', {
      timeout: PROOF_TIMEOUT_MS,
    }, async () => {
      const play = await openMasterKeyScene(open)
      const random = randomOf(proofSeed)
      const cases = casesOf(1, 0.4)
      for (let number = 0; number < cases; number++) {
        // Each of them comes, and the first one is another one each time.
        const fault = keyFaults[(number + proofSeed) % keyFaults.length] ?? 'lost'
        const { killed, locked, wrong: wrongs } = await play.play(fault, random)
        const verdicts = await play.verdicts()
        const marks: Marks = {
          ...{ key: play.appKey, signingSecret, password: play.password },
          ...Object.fromEntries([...play.keys].map((key, index) => [`master key ${index}`, key])),
        }
        const dump = await play.dump()
        expect(dump).toContain('-- secret')
        const leaks = [...leaksIn(dump, marks), ...leaksIn(play.printed, marks)]
        const { lost, duplicates, invented, changed } = countWrong(verdicts)
        const wrong = {
          ...{ lost, duplicates, invented, changed },
          ...{ 'secrets in clear': leaks.length, 'other faults': wrongs.length },
        }
        const seen = { killed, locked, events: play.newEvents() }
        tellProof(`${name}: ${fault}`, { cases: 1, seen, wrong })
        expect([fault, wrongs, leaks]).toEqual([fault, [], []])
        expect([fault, verdicts]).toEqual([fault, verdicts.map(() => flawless)])
        const files = filesBelow(play.dataDir)
        const inFiles = files.flatMap((file) => leaksInBytes(readFileSync(file), marks))
        expect([fault, inFiles]).toEqual([fault, []])
      }
    })

    test('are left to who can run them while a server has no key, which begins with it by itself', {
      timeout: PROOF_TIMEOUT_MS,
    }, async () => {
      const cases = casesOf(1, 0.1)
      for (let number = 0; number < cases; number++) {
        const how = (number + proofSeed) % 2 === 0 ? 'lost' : 'wrong'
        const { wrongs, verdict } = await playLockedWorker(open, how)
        const wrong = { ...countWrong([verdict]), 'other faults': wrongs.length }
        tellProof(`${name}: a server without its key`, { cases: 1, seen: { locked: 1 }, wrong })
        expect([how, wrongs, verdict]).toEqual([how, [], flawless])
      }
    })
  },
)

/** The files of a data directory, without that of the master key. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'master-key')
    .map((entry) => path.join(entry.parentPath, entry.name))
}
