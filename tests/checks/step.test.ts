import { expect, it } from 'vitest'
import { runSteps, type Outcome, type Step, type StepId } from '../../app/checks/step.ts'
import type { CheckStep } from '../../app/contract.ts'
import { failure } from '../../app/failures.ts'

const good: Outcome = { state: 'good', evidence: 'Seen.' }
const step = (id: StepId, after: StepId[], run: Step['run'] = () => good): Step => ({ id, title: `Title of ${id}`, badTitle: `No ${id}`, after, run })

async function run(steps: Step[]) {
  const told: CheckStep[] = []
  const results = await runSteps(steps, (one) => told.push(one))
  return { told, results, stateOf: (id: StepId) => results.find((one) => one.id === id)!.state }
}

it('runs what does not wait for each other side by side', async () => {
  let release = () => {}
  const both = new Promise<void>((resolve) => (release = resolve))
  const { results } = await run([step('login', [], () => both.then(() => good)), step('service', [], () => (release(), good))])
  expect(results.map(({ state }) => state)).toEqual(['good', 'good'])
})

it('begins a step when all that it waits for is over', async () => {
  const order: string[] = []
  const later = (id: StepId, ms: number) => async () => {
    await new Promise((resolve) => setTimeout(resolve, ms))
    order.push(id)
    return good
  }
  await run([step('login', [], later('login', 30)), step('service', [], later('service', 5)), step('connect', ['login', 'service'], later('connect', 0))])
  expect(order).toEqual(['service', 'login', 'connect'])
})

it('skips what needs a failed step, and what needs that one, each saying why', async () => {
  const { results, stateOf } = await run([
    step('login', [], () => ({ state: 'bad', evidence: 'No.' })),
    step('tenant', ['login']),
    step('sign-in', ['tenant']),
    step('service', [])
  ])
  expect(results.map(({ state }) => state)).toEqual(['bad', 'skipped', 'skipped', 'good'])
  expect(results[0]!.title).toBe('No login')
  expect(results[1]!.evidence).toBe('Skipped: it needs “Title of login”, which failed.')
  expect(results[2]!.evidence).toBe('Skipped: it needs “Title of tenant”, which was skipped.')
  expect(results[1]!.milliseconds).toBeNull()
  expect(stateOf('service')).toBe('good')
})

it('goes on behind a warning', async () => {
  const { stateOf } = await run([step('role', [], () => ({ state: 'warning', evidence: 'Hm.' })), step('connect', ['role'])])
  expect(stateOf('connect')).toBe('good')
})

it('makes an error the outcome: a failure of the table with its hint, anything else without its text', async () => {
  const { results } = await run([
    step('login', [], () => Promise.reject(failure('timed-out', { host: 'login.example' }))),
    step('service', [], () => {
      throw new RangeError('canary')
    })
  ])
  expect(results[0]).toMatchObject({ state: 'bad', evidence: 'login.example did not answer in time.', fixes: [{ text: 'Check the network and try again.', commands: null }] })
  expect(results[1]!.state).toBe('bad')
  expect(JSON.stringify(results[1])).not.toContain('canary')
})

it('tells all steps as waiting before the first one runs', async () => {
  const { told } = await run([step('login', []), step('tenant', ['login'])])
  expect(told.map(({ id, state }) => `${id} ${state}`)).toEqual(['login waiting', 'tenant waiting', 'login running', 'login good', 'tenant running', 'tenant good'])
})
