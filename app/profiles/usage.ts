import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { replaceFile, sweepDrafts } from '../atomic-file.ts'

/** After so long an opening counts half: a tenant of last month yields to one of this week. */
const halfLifeMs = 7 * 24 * 3600_000
/** Below this nobody would tell a tenant from one that was never opened. */
const forgottenBelow = 0.01

const usageSchema = z.object({
  version: z.literal(1),
  /** By profile id; `score` as it was at `at`, milliseconds since the epoch. */
  opened: z.record(z.uuid(), z.object({ score: z.number().min(0), at: z.number().min(0) }))
})

/**
 * How often and how lately each profile was opened: frecency, as one number that grows by 1 with each opening and halves
 * in a week. It only orders what is shown, so an unreadable file counts as an empty one.
 */
export class ProfileUsage {
  readonly #file: string
  readonly #now: () => number

  constructor(file: string, now: () => number) {
    this.#file = file
    this.#now = now
    sweepDrafts(file)
  }

  /** A profile was opened; those that `exists` does not know are dropped. Throws what the disk said. */
  note(profileId: string, exists: (id: string) => boolean): void {
    const at = this.#now()
    const scores = Object.entries(this.scores()).filter(([id, score]) => score >= forgottenBelow && exists(id))
    const opened = Object.fromEntries(scores.map(([id, score]) => [id, { score, at }]))
    opened[profileId] = { score: (opened[profileId]?.score ?? 0) + 1, at }
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 })
    replaceFile(this.#file, JSON.stringify({ version: 1, opened }))
  }

  /** The scores of now, by profile id. A clock that was set back counts as no time. */
  scores(): Record<string, number> {
    const now = this.#now()
    return Object.fromEntries(Object.entries(this.#read()).map(([id, { score, at }]) => [id, score * 2 ** (-Math.max(0, now - at) / halfLifeMs)]))
  }

  #read() {
    try {
      return usageSchema.parse(JSON.parse(readFileSync(this.#file, 'utf8'))).opened
    } catch {
      return {}
    }
  }
}
