import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { longestRunScript } from '../../app/contract-values.ts'
import { readScript } from '../../app/runs/script-file.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'tenantry-script-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = (content: string | Buffer) => {
  writeFileSync(join(folder, 'Get-All.ps1'), content)
  return readScript(join(folder, 'Get-All.ps1'))
}

it('a script is read as UTF-8 or UTF-16, with its name and without its mark', async () => {
  const text = "Get-Mailbox 'Zoë'\r\n'日本'"
  expect(await read(text)).toEqual({ name: 'Get-All.ps1', text })
  expect(await read(`\ufeff${text}`)).toEqual({ name: 'Get-All.ps1', text })
  expect(await read(Buffer.from(`\ufeff${text}`, 'utf16le'))).toEqual({ name: 'Get-All.ps1', text })
})

it('one that is too long is refused with the number, the longest that is not is taken', async () => {
  expect((await read('x'.repeat(longestRunScript))).text).toHaveLength(longestRunScript)
  await expect(read('x'.repeat(longestRunScript + 1))).rejects.toMatchObject({ code: 'run-file-too-long', message: expect.stringContaining(longestRunScript.toLocaleString('en')) })
  await expect(read('x'.repeat(longestRunScript * 5))).rejects.toMatchObject({ code: 'run-file-too-long' })
})

it('what is no text, not there, or no file is refused', async () => {
  await expect(read(Buffer.from([0x4d, 0x5a, 0, 0, 1]))).rejects.toMatchObject({ code: 'run-file-no-text' })
  await expect(read(Buffer.from([0xc3, 0x28]))).rejects.toMatchObject({ code: 'run-file-no-text' })
  await expect(readScript(join(folder, 'not-there.ps1'))).rejects.toMatchObject({ code: 'run-file-unreadable' })
  await expect(readScript(folder)).rejects.toMatchObject({ code: 'run-file-unreadable' })
})
