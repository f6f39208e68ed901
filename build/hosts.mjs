// The hosts that can show the window, and running one of them.
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { SetupError, whyNoElectron } from './setup.mjs'

/** Electron that fails within this time has opened no window: without a display it ends in under a second. */
const opensWithinMs = 10_000

const asPreview = 'so Tenantry runs as the preview: open the address below in a browser.'

/**
 * The hosts to try, in order: Electron where it can be, then the preview. `sentence` is said before one is started.
 *
 * @param {{ preview?: boolean, port?: number, 'data-dir'?: string }} options
 * @param {{ electron: string | null, root: string, platform: NodeJS.Platform, env: NodeJS.ProcessEnv, node: string }} machine `node`: the version that runs this
 */
export function chooseHosts(options, { electron, root, platform, env, node }) {
  const dataFolder = options['data-dir'] === undefined ? [] : ['--data-dir', resolve(options['data-dir'])]
  const preview = (sentence) => ({
    sentence,
    file: process.execPath,
    args: [join(root, 'out', 'app', 'start-preview.js'), '--port', String(options.port ?? 0), ...dataFolder]
  })
  if (options.preview) return [preview(null)]
  if (!electron) return [preview(`Electron's binary is not on this machine, ${[whyNoElectron(node), asPreview].filter(Boolean).join(', ')}`)]
  if (options.port !== undefined) throw new SetupError('--port is for the preview, and Electron listens on none: leave it out, or add --preview.')
  if (platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return [preview(`There is no display for Electron here, ${asPreview}`)]
  return [{ sentence: null, file: electron, args: [root, ...dataFolder] }, preview(`Electron ended without opening a window, ${asPreview}`)]
}

/**
 * Runs the first host, and the next one where a host fails at once. Answers the exit code of the last that ran.
 *
 * @param {Array<{ sentence: string | null, file: string, args: string[] }>} hosts
 * @param {{ env: NodeJS.ProcessEnv, say(text: string): void, mark(pid: number): () => void, withinMs?: number }} options
 * @returns {Promise<number>}
 */
export async function runHosts(hosts, { env, say, mark, withinMs = opensWithinMs }) {
  let code = 1
  for (const [index, { sentence, file, args }] of hosts.entries()) {
    if (sentence) say(sentence)
    const started = Date.now()
    const ended = await runHost(file, args, env, mark)
    code = ended.code
    const openedNothing = code !== 0 && !ended.asked && Date.now() - started < withinMs
    if (!openedNothing || index === hosts.length - 1) return code
  }
  return code
}

/** `asked`: it was us who were told to end, and passed that on. */
function runHost(file, args, env, mark) {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: 'inherit', env })
    const unmark = child.pid === undefined ? () => {} : mark(child.pid)
    let asked = false
    const passOn = (signal) => {
      asked = true
      child.kill(signal)
    }
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
    for (const signal of signals) process.on(signal, passOn)
    const end = (code) => {
      for (const signal of signals) process.off(signal, passOn)
      unmark()
      resolve({ code, asked })
    }
    child.once('error', () => end(1))
    child.once('exit', (code, signal) => end(signal ? 1 : (code ?? 1)))
  })
}
