import { chmodSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { TranscriptFile } from '../../app/transcripts/file.ts'

let folder: string
let problems: Array<string | null>
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tenantry-transcripts-'))
  problems = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const note = (code: string | null) => void problems.push(code)
const create = (options = {}) => TranscriptFile.create({ path: folder, isOwn: false }, 'Contoso', note, options)
const read = (file: TranscriptFile) => readFileSync(file.path, 'utf8')

describe('a transcript’s file', () => {
  it('has what was written, in order, once it is closed', async () => {
    const file = await create()
    for (let line = 0; line < 1000; line++) file.write(`line ${line}\n`)
    await file.close()
    expect(read(file)).toBe(Array.from({ length: 1000 }, (_, line) => `line ${line}\n`).join(''))
    file.write('too late\n')
    expect(read(file)).not.toContain('too late')
    expect(problems).toEqual([])
  })

  it.skipIf(process.platform === 'win32')('is the person’s alone, in a folder that is', async () => {
    const own = join(folder, 'own', 'transcripts')
    const file = await TranscriptFile.create({ path: own, isOwn: true }, 'Contoso', note)
    expect(statSync(file.path).mode & 0o777).toBe(0o600)
    expect(statSync(own).mode & 0o777).toBe(0o700)
    await file.close()
    // A folder that was chosen stays as it is.
    chmodSync(folder, 0o755)
    await (await create()).close()
    expect(statSync(folder).mode & 0o777).toBe(0o755)
  })

  it('is always a new one: what is there, or is linked there, is not touched', async () => {
    writeFileSync(join(folder, 'Contoso.txt'), 'mine')
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'Contoso-2.txt'))
    const file = await create()
    file.write('x\n')
    await file.close()
    expect(readdirSync(folder).toSorted()).toEqual(['Contoso-2.txt', 'Contoso-3.txt', 'Contoso.txt'])
    expect(readFileSync(join(folder, 'Contoso.txt'), 'utf8')).toBe('mine')
  })

  it.each([
    ['a folder that is gone', () => join(folder, 'gone'), 'ENOENT'],
    ['a file in the place of the folder', () => (writeFileSync(join(folder, 'file'), ''), join(folder, 'file')), 'ENOTDIR']
  ])('is not made in %s', async (_, path, code) => {
    await expect(TranscriptFile.create({ path: path(), isOwn: false }, 'Contoso', note)).rejects.toMatchObject({ code })
  })

  it('is not made in a folder of Tenantry’s own that can’t be made', async () => {
    writeFileSync(join(folder, 'file'), '')
    await expect(TranscriptFile.create({ path: join(folder, 'file', 'transcripts'), isOwn: true }, 'Contoso', note)).rejects.toMatchObject({ code: 'ENOTDIR' })
  })

  it.skipIf(process.platform === 'win32')('is not made in a folder that may not be written to', async () => {
    // Nothing is refused to root but what the kernel itself owns.
    chmodSync(folder, 0o500)
    const path = process.getuid?.() === 0 ? '/proc/1' : folder
    await expect(TranscriptFile.create({ path, isOwn: false }, 'Contoso', note)).rejects.toMatchObject({ code: expect.stringMatching(/^(EACCES|EPERM|ENOENT|EROFS)$/) as string })
    chmodSync(folder, 0o700)
  })

  it('that is moved away or deleted is not taken up again', async () => {
    const file = await create()
    expect(await file.isUsable()).toBe(true)
    renameSync(file.path, `${file.path}.old`)
    expect(await file.isUsable()).toBe(false)
    writeFileSync(file.path, 'another one')
    expect(await file.isUsable()).toBe(false)
    await file.close()
  })

  it('that reaches its length says so, and takes no more', async () => {
    const file = await create({ longest: 100 })
    file.write(`${'x'.repeat(60)}\n`)
    await expect.poll(() => read(file).length).toBe(61)
    file.write(`${'y'.repeat(60)}\n`)
    await expect.poll(() => problems).toEqual(['EFBIG'])
    file.tryAgain()
    file.write('z\n')
    await file.close()
    expect(read(file)).toBe(`${'x'.repeat(60)}\n`)
  })
})

describe.skipIf(process.platform !== 'linux')('a transcript on a full disk', () => {
  it('says so once, throws nothing, and goes on with what is missing once there is room', async () => {
    const path = join(folder, 'Contoso.txt')
    // The kernel's own full device, and then a file in its place, as a disk with room again.
    const full = await open('/dev/full', 'w')
    const real = await open(path, 'w')
    let isFull = true
    const handle = Object.assign(Object.create(real) as typeof real, {
      appendFile: (data: Uint8Array) => (isFull ? full : real).appendFile(data),
      stat: () => real.stat(),
      close: () => real.close()
    })
    const file = await create({ openFile: async () => handle })
    file.write('one\n')
    await expect.poll(() => problems).toEqual(['ENOSPC'])
    for (let line = 0; line < 5; line++) file.write('lost\n')
    file.tryAgain()
    await expect.poll(() => problems).toEqual(['ENOSPC', 'ENOSPC'])
    isFull = false
    file.tryAgain()
    file.write('two\n')
    await expect.poll(() => problems).toEqual(['ENOSPC', 'ENOSPC', null])
    await file.close()
    await full.close()
    expect(readFileSync(path, 'utf8')).toBe('\n── 6 lines are missing here: the disk did not take them ──\ntwo\n')
  })
})

describe('a transcript on a disk that is slower than its session', () => {
  it('keeps what it can hold, and says how much is missing', async () => {
    const path = join(folder, 'Contoso.txt')
    const real = await open(path, 'w')
    let go = () => {}
    const gate = new Promise<void>((resolve) => (go = resolve))
    const handle = Object.assign(Object.create(real) as typeof real, {
      appendFile: async (data: Uint8Array) => {
        await gate
        return real.appendFile(data)
      },
      close: () => real.close()
    })
    const file = await create({ openFile: async () => handle })
    const line = `${'x'.repeat(1023)}\n`
    for (let count = 0; count < 20_000; count++) file.write(line)
    go()
    await expect.poll(() => statSync(path).size).toBeGreaterThan(8_000_000)
    file.write('after\n')
    await file.close()
    const text = readFileSync(path, 'utf8')
    const missing = Number(/── (\d+) lines are missing here/.exec(text)?.[1])
    expect(text.endsWith('after\n')).toBe(true)
    expect(text.split('\n').filter((one) => one.startsWith('x')).length + missing).toBe(20_000)
    expect(problems).toEqual([])
  })
})
