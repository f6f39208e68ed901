// npm start: sets up what is missing, builds what changed, opens the window.
import { parseArgs } from 'node:util'
import { chooseHosts, runHosts } from './hosts.mjs'
import { markRunning } from './running.mjs'
import { cacheFolder, checkNode, findElectron, installPackages, preparePowerShell, root, runMain, say, SetupError, stopIfRunning } from './setup.mjs'

const usage = 'Usage: npm start -- [--preview] [--port N] [--data-dir FOLDER]'

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { preview: { type: 'boolean' }, port: { type: 'string' }, 'data-dir': { type: 'string' }, help: { type: 'boolean' } }
    })
    const port = values.port === undefined ? undefined : Number(values.port)
    if (port !== undefined && (values.port === '' || !Number.isInteger(port) || port < 0 || port > 65535)) throw new SetupError(`--port takes a number from 0 to 65535. ${usage}`)
    return { ...values, port }
  } catch (error) {
    if (error instanceof SetupError) throw error
    throw new SetupError(`${error.message} ${usage}`)
  }
}

await runMain(async () => {
  const options = readOptions()
  if (options.help) return console.log(usage)
  checkNode()
  stopIfRunning()
  installPackages()
  const electron = options.preview ? null : findElectron()
  const hosts = chooseHosts(options, { electron, root, platform: process.platform, env: process.env, node: process.versions.node })
  const { pwsh, engineConsole } = await preparePowerShell()
  await prepareDemo()
  const { buildAll } = await import('./build.mjs')
  await buildAll()
  process.exitCode = await runHosts(hosts, { env: environment({ pwsh, engineConsole }), say, mark: (pid) => markRunning(cacheFolder, pid) })
})

/** The demo's module carries a DLL; without a .NET SDK the demo tenants can be seen but not connected. */
async function prepareDemo() {
  const { buildDemoModule } = await import('../app/demo/build.mjs')
  try {
    await buildDemoModule({ root, log: say })
  } catch (error) {
    say(`The demo tenants can't be connected: ${error.message}`)
  }
}

function environment({ pwsh, engineConsole }) {
  return {
    ...process.env,
    TENANTRY_ROOT: root,
    ...(engineConsole ? { TENANTRY_ENGINE_CONSOLE: engineConsole } : {}),
    ...(pwsh && pwsh !== 'pwsh' ? { TENANTRY_PWSH: pwsh } : {})
  }
}
