import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { moveFile, replaceFile, sweepDrafts, sweepFolder } from '../app/atomic-file.ts'
import { newFolder } from './profiles/profile-desk.ts'

/** A rename that somebody's open file stops `times` times, as Windows does, and the pauses that were made. */
function stubborn(code: string, times: number) {
  const pauses: number[] = []
  let left = times
  const rename = (from: string, to: string) => {
    if (left-- > 0) throw Object.assign(new Error(code), { code })
    renameSync(from, to)
  }
  return { pauses, options: { rename, pause: (milliseconds: number) => void pauses.push(milliseconds) } }
}

describe('a file is replaced', () => {
  it.each(['EPERM', 'EBUSY', 'EACCES'])('though the rename fails twice with %s', (code) => {
    const path = join(newFolder(), 'a.json')
    writeFileSync(path, 'old')
    const { pauses, options } = stubborn(code, 2)
    replaceFile(path, 'new', options)
    expect(readFileSync(path, 'utf8')).toBe('new')
    expect(pauses).toHaveLength(2)
  })

  it('not where it stays open: after about a second that is said, the old one is whole and no draft is left', () => {
    const folder = newFolder()
    const path = join(folder, 'a.json')
    writeFileSync(path, 'old')
    const { pauses, options } = stubborn('EPERM', 1000)
    expect(() => replaceFile(path, 'new', options)).toThrow('EPERM')
    expect(pauses.reduce((sum, pause) => sum + pause)).toBe(1000)
    expect(readdirSync(folder)).toEqual(['a.json'])
    expect(readFileSync(path, 'utf8')).toBe('old')
  })

  it('not after any other failure, which is not tried again', () => {
    const { pauses, options } = stubborn('ENOSPC', 1)
    expect(() => replaceFile(join(newFolder(), 'a.json'), 'new', options)).toThrow('ENOSPC')
    expect(pauses).toEqual([])
  })

  it('with a real pause where none is given', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'a'), 'x')
    moveFile(join(folder, 'a'), join(folder, 'b'), { rename: stubborn('EBUSY', 1).options.rename })
    expect(readdirSync(folder)).toEqual(['b'])
  })

  it.skipIf(process.platform === 'win32')('for its owner alone', () => {
    const path = join(newFolder(), 'a.json')
    writeFileSync(path, 'old', { mode: 0o644 })
    replaceFile(path, Buffer.from('new'))
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })
})

it('drafts of a file are swept, and nothing else', () => {
  const folder = newFolder()
  for (const name of [`a.json.${randomUUID()}.draft`, `b.json.${randomUUID()}.draft`, 'a.json.mine.draft', 'a.json']) writeFileSync(join(folder, name), '')
  sweepDrafts(join(folder, 'a.json'))
  expect(readdirSync(folder).filter((name) => !name.startsWith('b.')).sort()).toEqual(['a.json', 'a.json.mine.draft'])
  sweepDrafts(join(folder, 'not there', 'a.json'))
  sweepFolder(folder)
  expect(readdirSync(folder).sort()).toEqual(['a.json', 'a.json.mine.draft'])
  sweepFolder(join(folder, 'not there'))
})
