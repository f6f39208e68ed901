// keytar has one binary in node_modules, for the machine that installed it; a package for another processor needs another.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../setup.mjs'
import { binaryTarget } from './binaries.mjs'

/** The package takes keytar from this copy, so that node_modules stays as it is. */
const keytar = join(root, 'out', 'keytar')
const binary = join(keytar, 'build', 'Release', 'keytar.node')
/** By electron-builder's number of an architecture (builder-util's Arch). */
export const archNames = { 0: 'ia32', 1: 'x64', 2: 'armv7l', 3: 'arm64', 4: 'universal' }

/** @param {{ electronPlatformName: string, arch: number }} context */
export default async function beforePack({ electronPlatformName: platform, arch }) {
  const wanted = archNames[arch]
  rmSync(keytar, { recursive: true, force: true })
  cpSync(join(root, 'node_modules', 'keytar'), keytar, { recursive: true, dereference: true, filter: (path) => !/obj\.target|\.deps/.test(path) })
  if (isFor(platform, wanted)) return
  // As keytar's own install script does: a ready-made binary, else a compiler.
  run('prebuild-install', ['--runtime', 'napi', '--target', '3', '--platform', platform, '--arch', wanted])
  if (!isFor(platform, wanted) && platform === process.platform) run('node-gyp', ['rebuild', `--arch=${wanted}`])
  if (!isFor(platform, wanted)) throw new Error(`keytar can't be had for ${platform}-${wanted} here: package for it on such a machine.`)
}

function isFor(platform, arch) {
  const target = existsSync(binary) ? binaryTarget(binary) : null
  return target?.platform === platform && target.archs.includes(arch)
}

function run(tool, args) {
  const file = join(root, 'node_modules', '.bin', tool)
  spawnSync(file, args, { cwd: keytar, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' })
}
