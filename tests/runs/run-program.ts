import { createMachineCore } from '../../app/machine.ts'
import { WatchedSpawn } from './runs-on-this-machine.ts'
import type { RunView } from '../../app/contract.ts'

/*
 * A Tenantry of its own that begins a run and says how it goes, a line of JSON each time, until somebody kills it.
 * Arguments: the data folder, the folder with the built scripts, the script of the run.
 */

const [dataFolder, outFolder, script] = process.argv.slice(2) as [string, string, string]
const spawn = new WatchedSpawn()
const core = await createMachineCore(
  {
    kind: 'preview', confirm: async () => true, chooseFile: async () => null, chooseFolder: async () => null, saveFile: null, askPerson: null, notify: null, paste: null, showFile: () => false,
    openBrowser: async () => false, keepAwake() {}
  },
  { version: 'test', dataFolder, outFolder, keychain: () => Promise.reject(new Error('no keychain in this test')), demo: { generated: 4 }, spawn }
)
const call = async (name: string, input: unknown) => {
  const reply = await core.dispatch({ trusted: true, description: 'test' }, name, input)
  if ('failure' in reply) throw new Error(reply.failure.message)
  return reply.output
}
const { profiles } = (await call('profiles.list', undefined)) as { profiles: Array<{ id: string; name: string }> }
core.onEvent((event, data) => {
  if (event === 'runs.changed') process.stdout.write(`${JSON.stringify({ states: (data as RunView).tenants.map(({ state, rows }) => `${state} ${rows}`), pids: spawn.alive })}\n`)
})
await call('runs.start', { profileIds: profiles.filter(({ name }) => name.startsWith('Tenant ')).map(({ id }) => id), script, atOnce: 1 })
