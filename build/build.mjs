// Builds the window, the core with its hosts, and the scripts that PowerShell reads, into out/.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { buildDemoModule } from '../app/demo/build.mjs'
import { notePackages, writeNotices } from './notices.mjs'
import { hashFiles, root, say, SetupError } from './setup.mjs'
import { windowSources } from './window-sources.mjs'

const out = join(root, 'out')
/** Stay outside the bundles: native modules find their binaries beside themselves. */
const external = ['electron', 'keytar', 'node-pty', ...builtinModules, ...builtinModules.map((name) => `node:${name}`)]

const commonJsXterm = Object.fromEntries(
  ['headless', 'addon-serialize', 'addon-unicode11'].map((name) => {
    const folder = join(root, 'node_modules', '@xterm', name)
    return [`@xterm/${name}`, join(folder, JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).main)]
  })
)

/** All that a package, a test or a benchmark takes from out/: the demo tenants' module too, which needs a .NET SDK. */
export async function buildProduct() {
  try {
    await buildDemoModule({ root, log: say })
  } catch (error) {
    // Something is missing on this machine; nothing in the code is wrong.
    throw new SetupError(error.message)
  }
  await buildAll()
}

/** Builds what changed since the last build; quick where nothing did. */
export async function buildAll() {
  await stamped('window', windowSources, async () => {
    const { build } = await import('vite')
    notePackages('window', await build({ configFile: join(root, 'build', 'vite.renderer.config.ts'), logLevel: 'warn' }))
  })
  await stamped('core', ['app', 'build/build.mjs', 'build/notices.mjs', 'package-lock.json'], async () => {
    await bundle('start-preview', 'app/start-preview.ts', 'es')
    await bundle('main', 'app/main.ts', 'es')
    await bundle('preload', 'app/preload.ts', 'cjs')
    copyScripts()
  })
  writeNotices()
}

/** The bootstrap module and the certificate helper, where PowerShell can read them, and what exported runs are made of. */
export function copyScripts() {
  const scripts = join(out, 'scripts')
  mkdirSync(scripts, { recursive: true })
  const powershell = join(root, 'app/powershell')
  for (const name of readdirSync(powershell).filter((file) => /\.psm?1$/.test(file))) cpSync(join(powershell, name), join(scripts, name))
  const exported = join(root, 'app/runs/export')
  mkdirSync(join(scripts, 'export'), { recursive: true })
  for (const name of readdirSync(exported).filter((file) => file.endsWith('.ps1'))) cpSync(join(exported, name), join(scripts, 'export', name))
  const signer = join(root, 'app/credentials/CertificateSigner.ps1')
  if (existsSync(signer)) cpSync(signer, join(scripts, 'CertificateSigner.ps1'))
}

/** Makes something anew where its sources (paths from the root) changed since the last time. */
export async function stamped(name, sources, make) {
  const file = join(out, `.${name}-stamp`)
  const wanted = hashFiles(sources.map((path) => join(root, path)))
  if (existsSync(file) && readFileSync(file, 'utf8') === wanted) return
  say(`building the ${name}`)
  await make()
  mkdirSync(out, { recursive: true })
  writeFileSync(file, wanted)
}

/** Bundles one entry for Node (or Electron's main process) into out/app/. */
async function bundle(name, entry, format) {
  const { build } = await import('vite')
  const made = await build({
    configFile: false,
    root,
    logLevel: 'warn',
    ssr: { noExternal: true },
    // The core imports these as Node would: as CommonJS.
    resolve: { alias: commonJsXterm },
    build: {
      ssr: true,
      target: 'node20',
      outDir: join(out, 'app'),
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: join(root, entry),
        external,
        output: { format, entryFileNames: `${name}.${format === 'cjs' ? 'cjs' : 'js'}`, codeSplitting: false }
      }
    }
  })
  notePackages(name, made)
}
