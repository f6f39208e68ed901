import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Examples } from '../../app/profiles/profiles.ts'
import { draft, edited, existing, newProfile, newSecret, ProfileDesk } from './profile-desk.ts'

const request = (clientId: string, tenantId: string, authorityHost = 'login.microsoftonline.com') => ({ clientId, tenantId, authorityHost })

/** Runs with a folder in the file's place, so that nothing can be written. */
async function unwritable(desk: ProfileDesk, work: () => Promise<void>): Promise<void> {
  const path = join(desk.folder, 'profiles.json')
  renameSync(path, `${path}.away`)
  mkdirSync(join(path, 'in the way'), { recursive: true })
  await work()
  rmSync(path, { recursive: true })
  renameSync(`${path}.away`, path)
}

describe('saving is refused, and nothing changes,', () => {
  it.each([
    ['name', 'name-missing', { name: '  ' }],
    ['name', 'name-taken', { name: 'CONTOSO' }],
    ['name', 'name-unusable', { name: 'Fabri\u202ekam' }],
    ['domain', 'not-a-domain', { domain: 'not a domain' }],
    ['domain', 'unknown-tenant', { domain: 'nowhere.example.com' }],
    ['cloud', 'cloud-unknown', { cloud: 'demo' as const }],
    ['loginHost', 'not-a-host', { cloud: 'custom' as const, customCloud: { loginHost: 'https://x', exchangeHost: 'a.example.com' } }],
    ['workingFolder', 'folder-missing', { workingFolder: '/no/such/folder' }],
    ['workingFolder', 'folder-missing', { workingFolder: 'relative' }],
    ['workingFolder', 'folder-remote', { workingFolder: '\\\\server\\share' }],
    ['group', 'name-unusable', { group: 'a\nb' }]
  ])('at the field %s with %s', async (field, code, change) => {
    const desk = await ProfileDesk.open()
    await desk.add('Contoso')
    desk.tenant('fabrikam.example.com')
    const [before, sealed] = [desk.file(), desk.sealed()]
    const input = newProfile('Fabrikam', 'fabrikam.example.com')
    await expect(desk.profiles.save({ ...input, profile: { ...input.profile, ...change } })).rejects.toMatchObject({ code, field })
    expect([desk.file(), desk.sealed()]).toEqual([before, sealed])
  })

  it.each([
    ['clientId', 'not-a-client-id', { clientId: 'my app' }, undefined],
    ['secret', 'credential-missing', { kind: 'secret' as const }, undefined],
    ['pfx', 'credential-missing', { kind: 'pfx' as const }, undefined],
    ['thumbprint', 'credential-missing', { kind: 'store' as const }, undefined],
    ['secret', 'credential-missing', {}, { kind: 'secret' as const, secret: '   ' }],
    ['thumbprint', 'credential-missing', { kind: 'store' as const }, { kind: 'secret' as const, secret: 'x' }],
    ['pfx', 'pfx-not-pfx', { kind: 'pfx' as const }, { kind: 'pfx' as const, pfxBase64: 'AAAA', password: '' }],
    ['thumbprint', 'certificate-not-found', { kind: 'store' as const }, { kind: 'store' as const, thumbprint: 'a'.repeat(40) }],
    ['signIn', 'name-taken', { name: 'contoso APP' }, { kind: 'secret' as const, secret: 'x' }]
  ])('where the sign-in is wrong: at the field %s with %s', async (field, code, change, credential) => {
    const desk = await ProfileDesk.open()
    await desk.add('Contoso')
    desk.tenant('fabrikam.example.com')
    const signIn = { name: 'Fabrikam app', clientId: randomUUID(), kind: 'secret' as const, ...change }
    const saving = desk.profiles.save({ profile: draft('Fabrikam', 'fabrikam.example.com'), signIn: { use: 'new', signIn }, ...(credential ? { credential } : {}) })
    await expect(saving).rejects.toMatchObject({ code, field })
    expect(desk.profiles.list().profiles).toHaveLength(1)
    expect(desk.sealed()).toHaveLength(1)
  })

  it('where the file can’t be written: no secret stays behind, and a replaced one is put back', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    const { clientId, id } = desk.profiles.signIn(contoso.signInId!)
    const old = await desk.credentials.get(id, request(clientId, contoso.tenantId!))
    desk.tenant('fabrikam.example.com')
    await unwritable(desk, async () => {
      await expect(desk.profiles.save(newProfile('Fabrikam', 'fabrikam.example.com'))).rejects.toMatchObject({ code: 'profiles-not-written' })
      const replaced = desk.profiles.saveSignIn({ id, signIn: { clientId, kind: 'secret' }, credential: { kind: 'secret', secret: newSecret() } })
      await expect(replaced).rejects.toMatchObject({ code: 'profiles-not-written' })
      await expect(desk.profiles.delete(contoso.id)).rejects.toMatchObject({ code: 'profiles-not-written' })
    })
    expect(desk.profiles.list().profiles.map(({ name }) => name)).toEqual(['Contoso'])
    expect(desk.sealed()).toEqual([`${id}.sealed`])
    expect(await desk.credentials.get(id, request(clientId, contoso.tenantId!))).toEqual(old)
  })
})

describe('a profile', () => {
  it('is saved with its tenant pinned and its secret bound, and is there after a restart', async () => {
    const desk = await ProfileDesk.open()
    const secret = newSecret()
    const tenantId = desk.tenant('contoso.example.com')
    const saved = await desk.profiles.save(newProfile('Contoso', 'Contoso.Example.com', secret))
    expect(saved).toMatchObject({ name: 'Contoso', domain: 'contoso.example.com', tenantId, initialDomain: null })
    expect(desk.questions).toEqual([])
    for (const name of ['profiles.json', 'profiles.last-good.json']) expect(desk.file(name)).not.toContain(secret)
    await desk.start()
    expect(desk.profiles.get(saved.id)).toEqual(saved)
    expect(desk.profiles.list().signIns).toMatchObject([{ ready: true, usedBy: 1 }])
    const { clientId, id } = desk.profiles.signIn(saved.signInId!)
    expect(await desk.credentials.get(id, request(clientId, tenantId))).toEqual({ kind: 'secret', secret })
    await expect(desk.credentials.get(id, request(clientId, randomUUID()))).rejects.toMatchObject({ code: 'credential-unbound' })
  })

  it('needs no credential where the sign-in asks each time, and then keeps none', async () => {
    const desk = await ProfileDesk.open()
    desk.tenant('contoso.example.com')
    const input = newProfile('Contoso', 'contoso.example.com')
    const signIn = { name: 'x', clientId: randomUUID(), kind: 'secret' as const, askEachTime: true }
    await desk.profiles.save({ profile: input.profile, signIn: { use: 'new', signIn } })
    expect(desk.profiles.list().signIns).toMatchObject([{ ready: false, askEachTime: true }])
    expect(desk.sealed()).toEqual([])
  })

  it('keeps what it is when edited, and stops with both ids where its unchanged domain is another tenant now', async () => {
    const desk = await ProfileDesk.open()
    const saved = await desk.add('Contoso')
    await desk.profiles.noteInitialDomain(saved.id, 'contoso.onmicrosoft.com')
    const again = await desk.profiles.save({ profile: edited(saved, { name: 'contoso', notes: 'x' }), signIn: existing(saved.signInId) })
    expect(again).toMatchObject({ id: saved.id, name: 'contoso', notes: 'x', tenantId: saved.tenantId, initialDomain: 'contoso.onmicrosoft.com' })
    const other = desk.tenant(saved.domain)
    const saving = desk.profiles.save({ profile: edited(again), signIn: existing(saved.signInId) })
    const error = await saving.catch((caught: unknown) => caught as Error & { code: string })
    expect(error).toMatchObject({ code: 'tenant-changed', field: 'domain' })
    expect(String((error as Error).message)).toContain(other)
    expect(String((error as Error).message)).toContain(saved.tenantId!)
    expect(desk.profiles.get(saved.id)).toEqual(again)
  })

  it('is duplicated with its sign-in under a free name', async () => {
    const desk = await ProfileDesk.open()
    const saved = await desk.add('Contoso')
    await desk.profiles.duplicate(saved.id)
    const copy = await desk.profiles.duplicate(saved.id)
    expect(copy).toEqual({ ...saved, id: copy.id, name: 'Contoso copy 2' })
    expect(desk.profiles.list().signIns).toMatchObject([{ usedBy: 3 }])
  })

  it('that is not there is said', async () => {
    const desk = await ProfileDesk.open()
    const id = randomUUID()
    expect(() => desk.profiles.get(id)).toThrow(expect.objectContaining({ code: 'profile-not-found' }) as Error)
    expect(() => desk.profiles.signIn(id)).toThrow(expect.objectContaining({ code: 'sign-in-not-found' }) as Error)
    await expect(desk.profiles.delete(id)).rejects.toMatchObject({ code: 'profile-not-found' })
    await expect(desk.profiles.noteInitialDomain(id, 'x.example.com')).resolves.toBeUndefined()
  })
})

describe('deleting', () => {
  it('leaves a sign-in that another profile uses, and nothing of it with the last one', async () => {
    const desk = await ProfileDesk.open()
    const first = await desk.add('Contoso')
    const second = await desk.profiles.duplicate(first.id)
    const other = await desk.add('Fabrikam')
    await desk.profiles.delete(first.id)
    expect(desk.sealed().sort()).toEqual([`${first.signInId}.sealed`, `${other.signInId}.sealed`].sort())
    await desk.profiles.delete(second.id)
    expect(desk.credentials.list()).toEqual([other.signInId])
    expect(desk.sealed()).toEqual([`${other.signInId}.sealed`])
    expect(desk.profiles.list()).toMatchObject({ profiles: [{ id: other.id }], signIns: [{ id: other.signInId }] })
    await desk.profiles.delete(other.id)
    expect([desk.sealed(), desk.credentials.list(), desk.profiles.list()]).toEqual([[], [], { profiles: [], signIns: [] }])
    expect(desk.file()).not.toContain(first.signInId!)
    expect(desk.file('profiles.last-good.json')).not.toContain(first.signInId!)
  })

  it('takes the tenant out of what a shared credential may be used for', async () => {
    const desk = await ProfileDesk.open()
    const first = await desk.add('Contoso')
    desk.tenant('fabrikam.example.com')
    await desk.profiles.save({ profile: draft('Fabrikam', 'fabrikam.example.com'), signIn: existing(first.signInId) })
    await desk.profiles.delete(first.id)
    expect((await desk.credentials.bindingOf(first.signInId!))!.tenantIds).toEqual([desk.tenants.get('fabrikam.example.com')])
  })

  it('refuses a sign-in that is in use', async () => {
    const desk = await ProfileDesk.open()
    const { signInId } = await desk.add('Contoso')
    await expect(desk.profiles.deleteSignIn(signInId!)).rejects.toMatchObject({ code: 'sign-in-in-use' })
    expect(desk.sealed()).toHaveLength(1)
  })

  it('is finished at the next start where a crash left a secret without a sign-in', async () => {
    const desk = await ProfileDesk.open()
    const { signInId } = await desk.add('Contoso')
    const orphan = randomUUID()
    await desk.credentials.set(orphan, { kind: 'secret', secret: newSecret() }, { authorityHost: 'a', clientId: 'b', tenantIds: [] })
    await desk.start()
    expect(desk.credentials.list()).toEqual([signInId])
  })

  it('removes no secret while a broken file is set aside', async () => {
    const desk = await ProfileDesk.open()
    await desk.add('Contoso')
    for (const name of ['profiles.json', 'profiles.last-good.json']) writeFileSync(join(desk.folder, name), '{')
    await desk.start()
    expect(desk.profiles.notices).toHaveLength(1)
    await desk.start()
    expect(desk.sealed()).toHaveLength(1)
  })

  it.each([
    // Marked anew: as long as there is no list, nothing is known to belong to nobody.
    ['both files', ['profiles.json', 'profiles.last-good.json'], 2],
    ['the file, and its copy is old', ['profiles.json'], 1]
  ])('removes no secret after a start without %s, nor at the next one, until an admin says so', async (_, gone, known) => {
    const desk = await ProfileDesk.open()
    await desk.add('Contoso')
    const oldCopy = readFileSync(join(desk.folder, 'profiles.last-good.json'), 'utf8')
    await desk.add('Fabrikam')
    writeFileSync(join(desk.folder, 'profiles.last-good.json'), oldCopy)
    for (const name of gone) rmSync(join(desk.folder, name))
    await desk.start()
    await desk.start()
    await desk.start()
    expect(desk.sealed()).toHaveLength(2)
    rmSync(join(desk.folder, 'profiles.rescued.txt'))
    await desk.start()
    expect(desk.sealed()).toHaveLength(known)
  })
})

describe('the examples', () => {
  const examples = (): Examples => {
    const [id, clientId, tenantId] = [randomUUID(), randomUUID(), randomUUID()]
    const profile = { id: randomUUID(), name: 'Contoso demo', group: '', domain: 'contoso.example.com', tenantId, initialDomain: null, cloud: 'worldwide' as const, customCloud: null, signInId: id, services: ['exchange' as const], colour: '#5aa9ff', environment: 'lab' as const, workingFolder: '', loadPowerShellProfile: false, moduleVersion: '', notes: '' }
    return {
      profiles: [profile],
      signIns: [{ id, name: 'Demo app', clientId, kind: 'secret', askEachTime: false, certificate: null, account: null }],
      credentials: [{ signInId: id, credential: { kind: 'secret', secret: newSecret() }, binding: { authorityHost: 'login.microsoftonline.com', clientId, tenantIds: [tenantId] } }]
    }
  }

  it('are there on a first start and ready at each, with nothing of their secrets kept on disk', async () => {
    const given = examples()
    const desk = await ProfileDesk.open(given)
    expect(desk.profiles.list()).toMatchObject({ profiles: given.profiles, signIns: [{ ready: true }] })
    expect(desk.sealed()).toEqual([])
    await desk.start({ ...given, profiles: [], signIns: [] })
    expect(desk.profiles.list().signIns).toMatchObject([{ ready: true }])
    expect(desk.sealed()).toEqual([])
  })

  it('stay in memory when they are confirmed for one more tenant', async () => {
    const given = examples()
    const desk = await ProfileDesk.open(given)
    desk.tenant('fabrikam.example.com')
    await desk.profiles.save({ profile: draft('Fabrikam', 'fabrikam.example.com'), signIn: existing(given.signIns[0]!.id) })
    expect(desk.questions).toHaveLength(1)
    expect(desk.sealed()).toEqual([])
  })

  it('do not come back once they were deleted', async () => {
    const given = examples()
    const desk = await ProfileDesk.open(given)
    await desk.profiles.delete(given.profiles[0]!.id)
    await desk.start(given)
    expect(desk.profiles.list()).toEqual({ profiles: [], signIns: [] })
    expect(desk.credentials.list()).toEqual([])
  })
})
