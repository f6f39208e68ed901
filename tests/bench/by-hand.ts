import { join } from 'node:path'
import * as nodePty from 'node-pty'
import { demoHosts } from '../../app/demo/names.ts'
import type { Demo } from '../../app/demo/service.ts'
import { shellEnvironment } from '../../app/powershell/launch.ts'
import { Screen } from '../../app/sessions/screen.ts'
import { now, patienceMs, root, until } from './window.ts'

/**
 * Connects by hand in a fresh shell on a pty: milliseconds from its start to the first prompt's bytes. No window takes
 * part, which is in favour of this way.
 *
 * @throws where the shell does not say that it is connected
 */
export async function connectByHand(powershell: string, demo: Demo): Promise<number> {
  const tenant = demo.tenants[0]!
  const app = tenant.apps[0]!
  const start = now()
  const pty = nodePty.spawn(powershell, ['-NoLogo', '-NoProfile', '-NoExit', '-File', join(root, 'tests', 'bench', 'by-hand.ps1')], {
    name: 'xterm-256color',
    cols: 120,
    rows: 30,
    cwd: root,
    encoding: null,
    env: {
      ...shellEnvironment(process.env, process.platform),
      BENCH_CLIENT_ID: app.clientId,
      BENCH_CLIENT_SECRET: app.clientSecret,
      BENCH_SCOPE: `https://${demoHosts.exchange}/.default`,
      BENCH_TOKEN_URL: `${demo.pagesUrl}/${tenant.tenantId}/oauth2/v2.0/token`,
      BENCH_MODULE: join(root, 'out', 'demo', 'ExchangeOnlineManagement'),
      BENCH_ORGANIZATION: tenant.domain,
      BENCH_CONNECTION_URI: demo.exchangeUrl
    }
  })
  const shell = watchShell(pty)
  try {
    const prompted = await shell.whenPrints(/PS [^\r\n]*> /)
    pty.write("'connections: ' + @(Get-ConnectionInformation).Count\r")
    await shell.whenPrints(/^connections: 1/m)
    return prompted - start
  } finally {
    pty.kill('SIGKILL')
    shell.dispose()
  }
}

/** Reads a shell's output and answers its terminal queries, as a terminal would. */
function watchShell(pty: nodePty.IPty) {
  const screen = new Screen(120, 30)
  screen.onReply((reply) => pty.write(reply))
  let printed = ''
  let ended = false
  let onPrint = () => {}
  pty.onExit(() => (ended = true))
  pty.onData((data: string | Uint8Array) => {
    const bytes = Buffer.from(data as Uint8Array)
    printed += bytes.toString('latin1')
    onPrint()
    screen.write(bytes, () => {})
  })
  return {
    async whenPrints(pattern: RegExp): Promise<number> {
      let at = 0
      // Styles stand between the words of a prompt.
      const look = () => {
        if (at === 0 && pattern.test(printed.replace(/\x1b\[[0-9;?]*[a-zA-Z]/g, ''))) at = now()
      }
      onPrint = look
      look()
      await until(() => at > 0 || ended, `${pattern} of the shell by hand; it printed ${JSON.stringify(printed.slice(-2000))}`)
      if (at === 0) throw new Error(`the shell by hand ended within ${patienceMs} ms: ${printed.slice(-2000)}`)
      return at
    },
    dispose: () => screen.dispose()
  }
}
