import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/*
 * Stands in for Electron's binary distribution, which not every machine can fetch: the files that electron-builder
 * touches, and a binary with the fuse sentinel and the wire of Electron's line in it.
 */

/** Electron's major version, whose build/fuses/fuses.json5 (in electron/electron) the wire below was copied from. */
export const wireLine = 45

/** The version of Electron that is pinned. */
export const electronVersion = (JSON.parse(readFileSync(resolve('package-lock.json'), 'utf8')) as { packages: Record<string, { version: string }> }).packages['node_modules/electron']!.version

/** build/fuses in electron/electron: the sentinel, the wire's version, and its nine fuses as Electron ships them. */
const sentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const wireVersion = 1
/** RunAsNode, cookie encryption, NODE_OPTIONS, inspect, asar integrity, only asar, V8 snapshot, file protocol, WASM trap handlers. */
export const shippedWire = '101100011'

/** A binary that carries the sentinel, after whatever `head` is. */
function withFuses(head: Buffer, wire: string): Buffer {
  const padding = Buffer.alloc(64, 0x90)
  return Buffer.concat([head, padding, Buffer.from(sentinel), Buffer.from([wireVersion, wire.length]), Buffer.from(wire), padding])
}

/** Makes the distribution for a platform in `folder`, and answers that folder. */
export function makeDistribution(folder: string, platform: 'linux' | 'win' | 'mac', wire = shippedWire): string {
  const write = (name: string, data: string | Buffer, mode = 0o644) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), data, { mode })
  }
  write('LICENSE', 'MIT')
  write('LICENSES.chromium.html', '<html></html>')
  write('version', electronVersion)
  if (platform === 'linux') {
    write('electron', withFuses(Buffer.from('\x7fELF', 'latin1'), wire), 0o755)
    write('chrome-sandbox', '', 0o755)
    write('locales/en-US.pak', '')
  }
  if (platform === 'win') {
    write('electron.exe', withFuses(anyProgramWithVersion(), wire))
    write('locales/en-US.pak', '')
  }
  if (platform === 'mac') makeMacDistribution(write, wire)
  return folder
}

/** electron-builder edits a real executable's resources: this one comes with node-pty. Its signature is taken off first. */
function anyProgramWithVersion(): Buffer {
  const program = readFileSync(resolve('node_modules/node-pty/prebuilds/win32-x64/conpty/OpenConsole.exe'))
  // Entry 4 of the data directories, which begin 112 bytes into a PE32+ optional header (Microsoft's PE format).
  const optionalHeader = program.readUInt32LE(0x3c) + 24
  program.fill(0, optionalHeader + 112 + 4 * 8, optionalHeader + 112 + 5 * 8)
  return program
}

function makeMacDistribution(write: (name: string, data: string | Buffer, mode?: number) => void, wire: string): void {
  const contents = 'Electron.app/Contents'
  write(`${contents}/Info.plist`, plist('Electron'))
  write(`${contents}/MacOS/Electron`, '', 0o755)
  write(`${contents}/Resources/electron.icns`, '')
  write(`${contents}/Frameworks/Electron Framework.framework/Electron Framework`, withFuses(Buffer.alloc(4), wire), 0o755)
  for (const kind of ['', ' (GPU)', ' (Renderer)', ' (Plugin)']) {
    const helper = `${contents}/Frameworks/Electron Helper${kind}.app/Contents`
    write(`${helper}/Info.plist`, plist(`Electron Helper${kind}`))
    write(`${helper}/MacOS/Electron Helper${kind}`, '', 0o755)
  }
}

function plist(name: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0"><dict>
<key>CFBundleExecutable</key><string>${name}</string>
<key>CFBundleIdentifier</key><string>com.github.Electron</string>
<key>CFBundleName</key><string>${name}</string>
<key>CFBundlePackageType</key><string>APPL</string>
</dict></plist>`
}
