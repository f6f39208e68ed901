import type { CheckStep } from '../contract.ts'
import { TenantryError } from '../failures.ts'

export type StepId = CheckStep['id']
export type Fix = CheckStep['fixes'][number]

/** What a step found. */
export interface Outcome {
  state: 'good' | 'warning' | 'bad' | 'skipped'
  /** Instead of the step's own title. */
  title?: string
  /** One sentence. */
  evidence: string
  /** Lines that belong to the evidence. */
  details?: string[]
  fixes?: Fix[]
}

/** One step of a check. */
export interface Step {
  id: StepId
  title: string
  /** What it is called where it failed, unless its outcome says more. */
  badTitle: string
  /** The steps it can't do without: it starts when they are over, and is skipped where one of them did not succeed. */
  after: StepId[]
  run(): Promise<Outcome> | Outcome
}

/**
 * Runs the steps side by side as far as they do not wait for each other. An error of a step is its outcome.
 *
 * @param onStep told of each change of a step; first of all of them, waiting
 */
export async function runSteps(steps: Step[], onStep: (step: CheckStep) => void): Promise<CheckStep[]> {
  const results = new Map<StepId, Promise<CheckStep>>()
  for (const step of steps) onStep(pictureOf(step, 'waiting', 'Not started yet.'))
  for (const step of steps) {
    const before = step.after.map((id) => {
      const result = results.get(id)
      if (!result) throw new Error(`The step ${step.id} waits for ${id}, which does not come before it.`)
      return result
    })
    results.set(step.id, runAfter(step, Promise.all(before), titlesOf(steps), onStep))
  }
  return Promise.all(results.values())
}

async function runAfter(step: Step, before: Promise<CheckStep[]>, titles: ReadonlyMap<StepId, string>, onStep: (step: CheckStep) => void): Promise<CheckStep> {
  const told = (result: CheckStep) => {
    onStep(result)
    return result
  }
  const missing = (await before).find(({ state }) => state === 'bad' || state === 'skipped')
  if (missing) {
    const how = missing.state === 'bad' ? 'which failed' : 'which was skipped'
    return told(pictureOf(step, 'skipped', `Skipped: it needs “${titles.get(missing.id)!}”, ${how}.`))
  }
  onStep(pictureOf(step, 'running', 'Running…'))
  const start = performance.now()
  const outcome = await outcomeOf(step)
  const { state, evidence, details = [], fixes = [] } = outcome
  const title = outcome.title ?? (state === 'bad' ? step.badTitle : step.title)
  return told({ id: step.id, title, state, milliseconds: Math.round(performance.now() - start), evidence, details, fixes })
}

async function outcomeOf(step: Step): Promise<Outcome> {
  try {
    return await step.run()
  } catch (error) {
    return failed(TenantryError.from(error))
  }
}

/** The outcome of a failure of the table: its sentence, and its hint as what to do beside what is known better. */
export function failed(error: TenantryError, fixes: Fix[] = []): Outcome {
  const hint = error.hint === undefined ? [] : [{ text: error.hint, commands: null }]
  return { state: 'bad', evidence: error.message, fixes: [...hint, ...fixes] }
}

function pictureOf({ id, title }: Step, state: CheckStep['state'], evidence: string): CheckStep {
  return { id, title, state, milliseconds: null, evidence, details: [], fixes: [] }
}

const titlesOf = (steps: Step[]): ReadonlyMap<StepId, string> => new Map(steps.map(({ id, title }) => [id, title]))
