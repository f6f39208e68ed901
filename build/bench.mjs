// npm run bench: sets up what the benchmarks need, bundles them, and runs them in a process of their own.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { checkNode, installPackages, prepareBrowser, prepareCompiledPowerShell, root, runMain, SetupError, stopIfRunning } from './setup.mjs'

await runMain(async () => {
  checkNode()
  stopIfRunning()
  installPackages()
  const browser = prepareBrowser()
  const { pwsh, engineConsole } = await prepareCompiledPowerShell()
  if (!pwsh && !engineConsole) throw new SetupError('The benchmarks need PowerShell 7.4 or later on PATH, or a .NET SDK to build the engine console with.')
  const { buildProduct } = await import('./build.mjs')
  await buildProduct()
  await bundle()
  const child = spawn(process.execPath, [join(root, 'out', 'bench', 'run.js'), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      TENANTRY_TEST_BROWSER: browser,
      ...(engineConsole ? { TENANTRY_ENGINE_CONSOLE: engineConsole } : {}),
      ...(pwsh && pwsh !== 'pwsh' ? { TENANTRY_PWSH: pwsh } : {})
    }
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  process.exitCode = await new Promise((resolve) => child.on('exit', (code) => resolve(code ?? 1)))
})

/** Only our own sources: packages are loaded from node_modules. */
async function bundle() {
  const { build } = await import('vite')
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    build: {
      ssr: true,
      target: 'node20',
      outDir: join(root, 'out', 'bench'),
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: join(root, 'tests', 'bench', 'run.ts'),
        output: { format: 'es', entryFileNames: 'run.js', codeSplitting: false }
      }
    }
  })
}
