import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { NewerVersion, ProfilesFile, readContent } from '../../app/profiles/file.ts'
import { aProfile } from '../renderer/fake-data.ts'
import { newFolder, ProfileDesk } from './profile-desk.ts'

const signIn = (name: string) => ({ id: randomUUID(), name, clientId: randomUUID(), kind: 'secret' as const, askEachTime: false, certificate: null, account: null })
const addSignIn = (file: ProfilesFile, name: string) => file.change((content) => void content.signIns.push(signIn(name)))
const namesIn = (file: ProfilesFile) => file.content.signIns.map(({ name }) => name)
const brokenOnes = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('profiles.broken-'))

it('a file of 2,000 profiles is read whole, and a change of one leaves the others as they were', async () => {
  const folder = newFolder()
  const profiles = Array.from({ length: 2000 }, (_, index) => aProfile({ name: `Customer ${index}`, domain: `customer${index}.example` }))
  await new ProfilesFile(folder).change((content) => void content.profiles.push(...profiles))
  const file = new ProfilesFile(folder)
  expect([file.opened, file.content.profiles]).toEqual(['clean', profiles])
  await file.change((content) => void (content.profiles[1437]!.notes = 'Changed'))
  profiles[1437]!.notes = 'Changed'
  expect(new ProfilesFile(folder).content.profiles).toEqual(profiles)
})

describe('a broken file', () => {
  it.each([
    ['truncated JSON', (text: string) => text.slice(0, text.length / 2)],
    ['an empty file', () => ''],
    ['another shape', () => '{"version":1,"profiles":{}}'],
    ['no version', (text: string) => text.replace('"version": 1,', '')],
    ['an id that stands in it twice', (text: string) => {
      const file = JSON.parse(text) as { signIns: unknown[] }
      return JSON.stringify({ ...file, signIns: [...file.signIns, ...file.signIns] })
    }]
  ])('with %s is set aside as it was, the last good copy is loaded, and both are said', async (_, breakIt) => {
    const folder = newFolder()
    await addSignIn(new ProfilesFile(folder), 'kept')
    const path = join(folder, 'profiles.json')
    const broken = breakIt(readFileSync(path, 'utf8'))
    writeFileSync(path, broken)

    const file = new ProfilesFile(folder)
    expect(file.opened).toBe('rescued')
    expect(namesIn(file)).toEqual(['kept'])
    expect(brokenOnes(folder)).toHaveLength(1)
    expect(readFileSync(join(folder, brokenOnes(folder)[0]!), 'utf8')).toBe(broken)
    expect(file.notices.join()).toContain('last good copy was loaded')
    await addSignIn(file, 'later')
    expect(readFileSync(join(folder, brokenOnes(folder)[0]!), 'utf8')).toBe(broken)
    expect(namesIn(new ProfilesFile(folder))).toEqual(['kept', 'later'])
  })

  it('without a good copy starts an empty list and says so', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'profiles.json'), '{')
    writeFileSync(join(folder, 'profiles.last-good.json'), '{')
    const file = new ProfilesFile(folder)
    expect(file.content).toEqual({ profiles: [], signIns: [] })
    expect(file.notices.join()).toContain('starts empty')
  })

  it('whose copy is broken too keeps both beside it', () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'profiles.json'), '{1')
    writeFileSync(join(folder, 'profiles.last-good.json'), '{2')
    const file = new ProfilesFile(folder)
    expect([file.isLost, file.readOnly]).toEqual([true, null])
    expect(brokenOnes(folder).map((name) => readFileSync(join(folder, name), 'utf8')).sort()).toEqual(['{1', '{2'])
  })

  it('whose copy a newer Tenantry wrote leaves that alone, and nothing is written', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, 'profiles.json'), '{')
    const copy = '{"version":2}'
    writeFileSync(join(folder, 'profiles.last-good.json'), copy)
    const file = new ProfilesFile(folder)
    await expect(addSignIn(file, 'x')).rejects.toMatchObject({ code: 'profiles-read-only' })
    expect(readFileSync(join(folder, 'profiles.last-good.json'), 'utf8')).toBe(copy)
  })

  it('that is a folder is set aside too', async () => {
    const folder = newFolder()
    await addSignIn(new ProfilesFile(folder), 'kept')
    rmSync(join(folder, 'profiles.json'))
    mkdirSync(join(folder, 'profiles.json', 'inside'), { recursive: true })
    expect(namesIn(new ProfilesFile(folder))).toEqual(['kept'])
    expect(readdirSync(join(folder, brokenOnes(folder)[0]!))).toEqual(['inside'])
  })

  it('that is gone is made anew from the last good copy', async () => {
    const folder = newFolder()
    await addSignIn(new ProfilesFile(folder), 'kept')
    rmSync(join(folder, 'profiles.json'))
    const file = new ProfilesFile(folder)
    expect(namesIn(file)).toEqual(['kept'])
    expect(file.notices).toHaveLength(1)
  })
})

describe('a file of a newer version', () => {
  it('is left alone, and nothing is changed', async () => {
    const folder = newFolder()
    const text = '{"version":2,"what":"unknown"}'
    writeFileSync(join(folder, 'profiles.json'), text)
    const file = new ProfilesFile(folder)
    expect(file.notices.join()).toContain('newer Tenantry')
    await expect(addSignIn(file, 'x')).rejects.toMatchObject({ code: 'profiles-read-only' })
    expect(readFileSync(join(folder, 'profiles.json'), 'utf8')).toBe(text)
    expect(readdirSync(folder)).toEqual(['profiles.json'])
  })
})

describe('two processes on one folder', () => {
  it('do not write over each other: the one whose picture is old says so and changes nothing', async () => {
    const folder = newFolder()
    await addSignIn(new ProfilesFile(folder), 'both')
    const [one, two] = [new ProfilesFile(folder), new ProfilesFile(folder)]
    await addSignIn(one, 'one')
    let isRun = false
    await expect(two.change(() => void (isRun = true))).rejects.toMatchObject({ code: 'profiles-changed-elsewhere' })
    expect(isRun).toBe(false)
    await addSignIn(one, 'one again')
    expect(namesIn(two)).toEqual(['both'])
    expect(namesIn(new ProfilesFile(folder))).toEqual(['both', 'one', 'one again'])
  })

  it('that begin on an empty folder do not either', async () => {
    const folder = newFolder()
    const [one, two] = [new ProfilesFile(folder), new ProfilesFile(folder)]
    await addSignIn(one, 'one')
    await expect(addSignIn(two, 'two')).rejects.toMatchObject({ code: 'profiles-changed-elsewhere' })
    expect(namesIn(new ProfilesFile(folder))).toEqual(['one'])
  })

  it('where one writes while the other’s change is under way: that one is undone', async () => {
    const folder = newFolder()
    const [one, two] = [new ProfilesFile(folder), new ProfilesFile(folder)]
    const undone: string[] = []
    const slow = two.change(async (content, onUndo) => {
      content.signIns.push(signIn('two'))
      onUndo(async () => undone.push('two'))
      await addSignIn(one, 'one')
    })
    await expect(slow).rejects.toMatchObject({ code: 'profiles-changed-elsewhere' })
    expect(undone).toEqual(['two'])
    expect(namesIn(new ProfilesFile(folder))).toEqual(['one'])
  })
})

describe('migrations', () => {
  const old = JSON.stringify({ version: 1, people: [] })
  it('run step by step up to the version', () => {
    const steps = {
      1: ({ people }: Record<string, unknown>) => ({ profiles: people }),
      2: ({ profiles }: Record<string, unknown>) => ({ profiles, signIns: [] })
    }
    expect(readContent(old, steps, 3)).toEqual({ profiles: [], signIns: [] })
  })
  it('fail where a step is missing, and a later version is told from a broken file', () => {
    expect(() => readContent(old, {}, 2)).toThrow('no migration')
    expect(() => readContent('{"version":9}')).toThrow(NewerVersion)
  })
})

describe('writing', () => {
  it('rolls memory back where the target can’t be replaced, leaves no draft, and works again afterwards', async () => {
    const folder = newFolder()
    const file = new ProfilesFile(folder)
    await addSignIn(file, 'first')
    const path = join(folder, 'profiles.json')
    rmSync(path)
    mkdirSync(join(path, 'in the way'), { recursive: true })
    const undone: string[] = []
    const failing = file.change((content, onUndo) => {
      content.signIns.push(signIn('second'))
      onUndo(async () => undone.push('earlier'))
      onUndo(async () => undone.push('later'))
    })
    await expect(failing).rejects.toMatchObject({ code: 'profiles-not-written' })
    expect(undone).toEqual(['later', 'earlier'])
    expect(namesIn(file)).toEqual(['first'])
    expect(readdirSync(folder).sort()).toEqual(['profiles.json', 'profiles.last-good.json'])
    rmSync(path, { recursive: true })
    await addSignIn(file, 'third')
    expect(namesIn(new ProfilesFile(folder))).toEqual(['first', 'third'])
  })

  it('never writes what it could not read again', async () => {
    const file = new ProfilesFile(newFolder())
    await expect(file.change((content) => void content.signIns.push({ ...signIn('x'), clientId: 'no id' }))).rejects.toThrow()
    expect(file.content.signIns).toEqual([])
  })

  it('takes fifty changes at once in turn', async () => {
    const folder = newFolder()
    const file = new ProfilesFile(folder)
    const wanted = Array.from({ length: 50 }, (_, index) => `s${index}`)
    await Promise.all(wanted.map((name) => addSignIn(file, name)))
    expect(namesIn(new ProfilesFile(folder))).toEqual(wanted)
  })

  it('sweeps the drafts that a crash left, and nothing else', async () => {
    const folder = newFolder()
    writeFileSync(join(folder, `profiles.json.${randomUUID()}.draft`), '{"vers')
    writeFileSync(join(folder, 'settings.json'), '{}')
    new ProfilesFile(folder)
    expect(readdirSync(folder)).toEqual(['settings.json'])
  })

  it.skipIf(process.platform === 'win32')('keeps both files for their owner alone', async () => {
    const desk = await ProfileDesk.open()
    await desk.add('Contoso')
    for (const name of ['profiles.json', 'profiles.last-good.json']) expect(statSync(join(desk.folder, name)).mode & 0o777).toBe(0o600)
  })
})
