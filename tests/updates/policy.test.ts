import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { policyFile, readPolicy } from '../../app/updates/policy.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-policy-'))
  file = join(folder, 'policy.json')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the policy of a managed computer', () => {
  it('lies where only an administrator of the whole computer puts it', () => {
    expect(policyFile('linux', { HOME: '/home/me' })).toBe('/etc/tenantry/policy.json')
    expect(policyFile('darwin', {})).toBe('/Library/Application Support/Tenantry/policy.json')
    expect(policyFile('win32', { ProgramData: join('D:', 'ProgramData') })).toBe(join('D:', 'ProgramData', 'Tenantry', 'policy.json'))
  })

  it('allows everything where there is none', () => {
    expect(readPolicy(file)).toEqual({ file, updates: 'on', problem: null })
  })

  it.each([
    ['{"version":1}', 'on'],
    ['{"version":1,"updates":"on"}', 'on'],
    ['{"version":1,"updates":"off"}', 'off'],
    ['\uFEFF{ "version": 1, "updates": "off" }', 'off']
  ])('reads %j', (text, updates) => {
    writeFileSync(file, text)
    expect(readPolicy(file)).toEqual({ file, updates, problem: null })
  })

  it.each([
    ['', 'it is not JSON'],
    ['{"version":1,', 'it is not JSON'],
    ['{"version":2}', 'version is not known'],
    ['{"version":1,"updates":"never"}', 'updates is not known'],
    ['{"version":1,"update":"off"}', 'its shape is not known'],
    ['[]', 'its shape is not known']
  ])('forbids what it could forbid where it says %j', (text, problem) => {
    writeFileSync(file, text)
    expect(readPolicy(file)).toEqual({ file, updates: 'off', problem })
  })

  it('forbids what it could forbid where it can’t be opened', () => {
    mkdirSync(file)
    expect(readPolicy(file)).toMatchObject({ updates: 'off', problem: 'it can’t be opened (EISDIR)' })
  })
})
