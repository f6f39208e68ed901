import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { endProcess } from './ending.ts'
import { createMachineCore, type MachineCore } from './machine.ts'
import { startPreview } from './preview.ts'

// The preview as a program: `npm start` runs it where Electron's binary is not at hand.

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, 'data-dir': { type: 'string' } }
})

let core: MachineCore | null = null
try {
  const preview = await startPreview({
    rendererFolder: join(import.meta.dirname, '..', 'renderer'),
    port: Number(values.port),
    createCore: async (host) =>
      (core = await createMachineCore(host, {
        version: process.env.npm_package_version ?? 'development',
        dataFolder: values['data-dir'] ?? defaultDataFolder(),
        isOnBattery: () => false
      }))
  })
  let closing = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (closing) return
      closing = true
      void preview.close().finally(() => endProcess(core, () => process.exit(0)))
    })
  }
  console.log(`Tenantry: ${preview.url}`)
} catch (error) {
  const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
  console.error(taken ? `tenantry: port ${values.port} is taken; choose another with --port, or leave it out.` : error)
  endProcess(core, () => process.exit(1))
}

function defaultDataFolder(): string {
  if (process.platform === 'win32') return join(process.env.APPDATA ?? homedir(), 'Tenantry')
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Tenantry')
  return join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'Tenantry')
}
