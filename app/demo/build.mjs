import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Builds the stand-in for Microsoft's module into `<root>/out/demo/ExchangeOnlineManagement`, where its sources have
 * changed since the last time. Rejects with one sentence where there is no .NET SDK or the build fails.
 * @param {{ root: string, log?: (line: string) => void }} options
 * @returns {Promise<{ modulePath: string }>} the folder to import
 */
export async function buildDemoModule({ root, log = () => {} }) {
  const source = join(root, 'app/demo/ExchangeOnlineManagement')
  const modulePath = join(root, 'out/demo/ExchangeOnlineManagement')
  const stampFile = join(root, 'out/demo/ExchangeOnlineManagement.stamp')
  const appToken = join(root, 'app/demo/AppToken.ps1')
  const stamp = createHash('sha256').update(await hashFolder(source)).update(await readFile(appToken)).digest('hex')
  await copyGraphModule(root, appToken)
  if ((await readFile(stampFile, 'utf8').catch(() => '')) === stamp) return { modulePath }
  log('Building the demo tenants’ PowerShell module')
  const work = join(root, 'out/demo/build')
  await rm(work, { recursive: true, force: true })
  await mkdir(work, { recursive: true })
  await cp(join(source, 'src'), join(work, 'src'), { recursive: true, filter: (path) => !/[\\/](bin|obj)$/.test(path) })
  await runDotnet(['build', join(work, 'src'), '-c', 'Release', '-o', join(work, 'dll'), '-nologo', '-v', 'q'], log)
  await rm(modulePath, { recursive: true, force: true })
  await mkdir(modulePath, { recursive: true })
  await cp(join(work, 'dll/Tenantry.Demo.ExchangeOnline.dll'), join(modulePath, 'Tenantry.Demo.ExchangeOnline.dll'))
  for (const name of ['ExchangeOnlineManagement.psd1', 'ExchangeOnlineManagement.psm1']) await cp(join(source, name), join(modulePath, name))
  await cp(appToken, join(modulePath, 'AppToken.ps1'))
  await writeFile(stampFile, stamp)
  await rm(work, { recursive: true, force: true })
  return { modulePath }
}

/**
 * The stand-in for Graph's module is PowerShell alone.
 * @param {string} root
 * @param {string} appToken
 */
async function copyGraphModule(root, appToken) {
  const folder = 'Microsoft.Graph.Authentication'
  await cp(join(root, 'app/demo', folder), join(root, 'out/demo', folder), { recursive: true })
  await cp(appToken, join(root, 'out/demo', folder, 'AppToken.ps1'))
}

/** @param {string} folder */
async function hashFolder(folder) {
  const hash = createHash('sha256')
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).filter((path) => !/[\\/](bin|obj)[\\/]/.test(path)).sort()
  for (const file of files) hash.update(file.slice(folder.length)).update('\0').update(await readFile(file)).update('\0')
  return hash.digest('hex')
}

/**
 * @param {string[]} args
 * @param {(line: string) => void} log
 */
function runDotnet(args, log) {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, DOTNET_CLI_TELEMETRY_OPTOUT: '1', DOTNET_NOLOGO: '1' }
    const child = spawn('dotnet', args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const collect = (/** @type {Buffer} */ data) => (output += data.toString())
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', () => reject(new Error('The demo tenants’ module needs the .NET SDK to be built: `dotnet` was not found. Install it from https://dotnet.microsoft.com/download.')))
    child.on('close', (code) => {
      if (code === 0) return resolve(undefined)
      log(output)
      reject(new Error(`The demo tenants’ module could not be built (dotnet ended with ${code}).\n${output.trim().split('\n').slice(-5).join('\n')}`))
    })
  })
}
