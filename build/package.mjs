// npm run package: builds what goes into a package, and has electron-builder make it.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { packageApp } from './packaging/package-app.mjs'
import { checkNode, installPackages, root, runMain, SetupError } from './setup.mjs'

const usage = 'Usage: npm run package -- [--win | --mac | --linux] [--x64] [--arm64] [--dir] [--electron-dist FOLDER]'

const signingVariables = ['CSC_LINK', 'CSC_KEY_PASSWORD', 'WIN_CSC_LINK', 'WIN_CSC_KEY_PASSWORD', 'APPLE_ID', 'APPLE_APP_SPECIFIC_PASSWORD', 'APPLE_TEAM_ID', 'APPLE_API_KEY', 'APPLE_API_KEY_ID', 'APPLE_API_ISSUER']

await runMain(async () => {
  const options = readOptions()
  if (options.help) return console.log(usage)
  checkNode()
  installPackages()
  const { buildProduct } = await import('./build.mjs')
  await buildProduct()
  // A workflow hands a secret that is not there over as an empty text, which electron-builder would take for a file.
  for (const name of signingVariables) if (process.env[name] === '') delete process.env[name]
  const made = await packageApp({ ...options, output: join(root, 'out', 'packages') })
  for (const file of made) console.log(file)
})

function readOptions() {
  const flags = Object.fromEntries(['win', 'mac', 'linux', 'x64', 'arm64', 'dir', 'help'].map((name) => [name, { type: 'boolean' }]))
  try {
    const { values } = parseArgs({ options: { ...flags, 'electron-dist': { type: 'string' } } })
    const platforms = ['win', 'mac', 'linux'].filter((name) => values[name])
    if (platforms.length > 1) throw new SetupError(`One platform at a time. ${usage}`)
    return {
      help: values.help,
      platform: platforms[0] ?? { win32: 'win', darwin: 'mac' }[process.platform] ?? 'linux',
      archs: ['x64', 'arm64'].filter((name) => values[name]),
      isFolder: values.dir ?? false,
      electronDist: values['electron-dist']
    }
  } catch (error) {
    if (error instanceof SetupError) throw error
    throw new SetupError(`${error.message} ${usage}`)
  }
}
