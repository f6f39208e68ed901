// For which platform and processor a native binary was built, read from its header.
import { closeSync, openSync, readSync } from 'node:fs'

const elfMachines = { 0x3e: 'x64', 0xb7: 'arm64' }
const machoTypes = { 0x01000007: 'x64', 0x0100000c: 'arm64' }
const peMachines = { 0x8664: 'x64', 0xaa64: 'arm64' }

/**
 * @param {string} file an ELF, a Mach-O (one architecture or several) or a PE file
 * @returns {{ platform: 'linux' | 'darwin' | 'win32', archs: string[] } | null} null where it is none of them
 */
export function binaryTarget(file) {
  const header = Buffer.alloc(4096)
  const descriptor = openSync(file, 'r')
  readSync(descriptor, header, 0, header.length, 0)
  closeSync(descriptor)
  if (header.toString('latin1', 0, 4) === '\x7fELF') return { platform: 'linux', archs: named(elfMachines, [header.readUInt16LE(18)]) }
  if (header.readUInt32LE(0) === 0xfeedfacf) return { platform: 'darwin', archs: named(machoTypes, [header.readUInt32LE(4)]) }
  // A universal binary lists its architectures, 20 bytes each, big endian.
  if (header.readUInt32BE(0) === 0xcafebabe) {
    const types = Array.from({ length: Math.min(header.readUInt32BE(4), 8) }, (_, index) => header.readUInt32BE(8 + index * 20))
    return { platform: 'darwin', archs: named(machoTypes, types) }
  }
  if (header.toString('latin1', 0, 2) !== 'MZ') return null
  const at = header.readUInt32LE(0x3c)
  if (at + 6 > header.length || header.toString('latin1', at, at + 4) !== 'PE\0\0') return null
  return { platform: 'win32', archs: named(peMachines, [header.readUInt16LE(at + 4)]) }
}

function named(names, numbers) {
  return numbers.map((number) => names[number] ?? `0x${number.toString(16)}`)
}
