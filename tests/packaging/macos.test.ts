import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configuration } from '../../build/packaging/package-app.mjs'

const { mac } = configuration({})

/** What a process of the app may do under the hardened runtime, each with its reason. */
const granted = {
  'com.apple.security.cs.allow-jit': 'V8 compiles at run time.'
}

/** The entitlements of a file that holds nothing but entitlements that are granted, each after its reason; null for any other. */
function entitlementsOf(text: string): Record<string, string> | null {
  const grant = /\s*<!-- ([^<>]+) -->\s*<key>([\w.-]+)<\/key>\s*<true\/>/g
  const file = /^<\?xml version="1\.0" encoding="UTF-8"\?>\s*<!DOCTYPE plist PUBLIC "-\/\/Apple\/\/DTD PLIST 1\.0\/\/EN" "[^"]+">\s*<plist version="1\.0">\s*<dict>([^]*)<\/dict>\s*<\/plist>\s*$/
  const content = file.exec(text)?.[1]
  if (content === undefined || content.replace(grant, '').trim() !== '') return null
  return Object.fromEntries([...content.matchAll(grant)].map(([, reason, key]) => [key!, reason!]))
}

describe('a package for macOS', () => {
  it.each(['entitlements', 'entitlementsInherit'] as const)('has %s that grant what V8 needs, and nothing else', (name) => {
    const file = resolve(mac![name]!)
    expect(existsSync(file)).toBe(true)
    expect(entitlementsOf(readFileSync(file, 'utf8'))).toEqual(granted)
  })

  it('is signed for the hardened runtime and notarised wherever there is a certificate: nothing here switches that off', () => {
    expect(mac!.hardenedRuntime).toBe(true)
    // electron-builder does each of these unless it is told not to, by `false` or null.
    for (const name of ['notarize', 'identity', 'sign'] as const) expect(mac, name).not.toHaveProperty(name)
  })
})

describe('entitlements', () => {
  const own = readFileSync(resolve(mac!.entitlements!), 'utf8')
  it.each([
    ['one more', own.replace('</dict>', '<!-- Why not. --><key>com.apple.security.get-task-allow</key><true/></dict>')],
    ['one without a reason', own.replace('</dict>', '<key>com.apple.security.get-task-allow</key><true/></dict>')],
    ['one that is taken away', own.replace('<true/>', '<false/>')],
    ['no end', own.replace('</plist>', '')]
  ])('with %s are noticed', (_what, text) => {
    expect(entitlementsOf(text)).not.toEqual(granted)
  })
})
