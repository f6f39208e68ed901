// npm start: sets up what is missing, builds what changed, opens the window.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkNode, findElectron, installPackages, markRunning, preparePowerShell, root, runMain, say, SetupError, stopIfRunning } from './setup.mjs'

const usage = 'Usage: npm start -- [--preview] [--port N] [--data-dir FOLDER]'

function readOptions() {
  try {
    const { values } = parseArgs({
      options: { preview: { type: 'boolean' }, port: { type: 'string' }, 'data-dir': { type: 'string' }, help: { type: 'boolean' } }
    })
    const port = Number(values.port ?? 0)
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new SetupError(`--port takes a number from 0 to 65535. ${usage}`)
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
  const { pwsh, engineConsole } = await preparePowerShell()
  await prepareDemo()
  const { buildAll } = await import('./build.mjs')
  await buildAll()
  const electron = options.preview ? null : findElectron()
  if (!electron && !options.preview) say("Electron's binary is not on this machine, so the window opens in your browser.")
  open(electron, options, { pwsh, engineConsole })
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

function open(electron, options, { pwsh, engineConsole }) {
  const program = electron ? [electron, [root]] : [process.execPath, [join(root, 'out', 'app', 'start-preview.js'), '--port', String(options.port)]]
  const [file, args] = program
  if (options['data-dir']) args.push('--data-dir', options['data-dir'])
  const child = spawn(file, args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      TENANTRY_ROOT: root,
      ...(engineConsole ? { TENANTRY_ENGINE_CONSOLE: engineConsole } : {}),
      ...(pwsh && pwsh !== 'pwsh' ? { TENANTRY_PWSH: pwsh } : {})
    }
  })
  const unmark = markRunning(child.pid)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    unmark()
    process.exit(signal ? 1 : (code ?? 1))
  })
}
