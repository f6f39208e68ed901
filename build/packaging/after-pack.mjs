import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { archNames } from './before-pack.mjs'
import { binaryTarget } from './binaries.mjs'
import { flip } from './fuses.mjs'

/**
 * Looks whether every native module is for the package's own platform and processor, then flips the fuses; signing
 * follows, so that nobody flips them back.
 *
 * @param {import('electron-builder').AfterPackContext} context
 */
export default async function afterPack({ appOutDir, arch, electronPlatformName, packager }) {
  const platform = electronPlatformName
  const resources = packager.getResourcesDir(appOutDir)
  checkNativeModules(join(resources, 'app.asar.unpacked'), platform, archNames[arch])
  const executable = { darwin: `${packager.appInfo.productFilename}.app`, win32: `${packager.appInfo.productFilename}.exe`, linux: packager.executableName }[platform]
  await flip(join(appOutDir, executable), { resetAdHocDarwinSignature: platform === 'darwin' && process.platform === 'darwin' })
}

function checkNativeModules(folder, platform, arch) {
  const files = readdirSync(folder, { recursive: true }).map((name) => join(folder, name)).filter((file) => statSync(file).isFile())
  const foreign = files.filter((file) => {
    const target = binaryTarget(file)
    return target !== null && !(target.platform === platform && target.archs.includes(arch))
  })
  if (foreign.length > 0) throw new Error(`Not for ${platform}-${arch}: ${foreign.join(', ')}`)
}
