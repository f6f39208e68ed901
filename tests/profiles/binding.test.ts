import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { StoreCertificate } from '../../app/contract.ts'
import { makePfx } from '../credentials/make-pfx.ts'
import { draft, edited, existing, newSecret, ProfileDesk } from './profile-desk.ts'

const hosts = { loginHost: 'login.example.com', exchangeHost: 'exchange.example.com', complianceHost: '', graphHost: '' }

describe('a sign-in used for one more tenant', () => {
  it('is asked about by name, client id, domain, tenant id and host, once, and is then bound to both', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    const tenantId = desk.tenant('fabrikam.example.com')
    const input = { profile: draft('Fabrikam', 'fabrikam.example.com'), signIn: existing(contoso.signInId) }
    const fabrikam = await desk.profiles.save(input)
    const { clientId, id } = desk.profiles.signIn(contoso.signInId!)
    expect(desk.questions).toHaveLength(1)
    const question = JSON.stringify(desk.questions[0])
    for (const word of ['Contoso app', clientId, 'fabrikam.example.com', tenantId, 'login.microsoftonline.com']) expect(question).toContain(word)
    await desk.profiles.save({ profile: edited(fabrikam, { notes: 'x' }), signIn: existing(id) })
    expect(desk.questions).toHaveLength(1)
    await desk.start()
    expect(await desk.credentials.bindingOf(id)).toMatchObject({ clientId, tenantIds: [contoso.tenantId, tenantId] })
  })

  it('changes nothing where the person refuses', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    desk.tenant('fabrikam.example.com')
    desk.answer = false
    const before = [desk.file(), await desk.credentials.bindingOf(contoso.signInId!)]
    const saving = desk.profiles.save({ profile: draft('Fabrikam', 'fabrikam.example.com'), signIn: existing(contoso.signInId) })
    await expect(saving).rejects.toMatchObject({ code: 'cancelled' })
    const moving = desk.profiles.save({ profile: edited(contoso, { domain: 'fabrikam.example.com' }), signIn: existing(contoso.signInId) })
    await expect(moving).rejects.toMatchObject({ code: 'cancelled' })
    expect([desk.file(), await desk.credentials.bindingOf(contoso.signInId!)]).toEqual(before)
  })

  it('keeps its old binding where the file can’t be written', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    desk.tenant('fabrikam.example.com')
    const path = join(desk.folder, 'profiles.json')
    rmSync(path)
    mkdirSync(join(path, 'in the way'), { recursive: true })
    const saving = desk.profiles.save({ profile: draft('Fabrikam', 'fabrikam.example.com'), signIn: existing(contoso.signInId) })
    await expect(saving).rejects.toMatchObject({ code: 'profiles-not-written' })
    expect((await desk.credentials.bindingOf(contoso.signInId!))!.tenantIds).toEqual([contoso.tenantId])
  })

  it('needs the credential again where the file’s client id was changed behind its back', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    const path = join(desk.folder, 'profiles.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace(desk.profiles.signIn(contoso.signInId!).clientId, randomUUID()))
    await desk.start()
    const saving = desk.profiles.save({ profile: edited(contoso), signIn: existing(contoso.signInId) })
    await expect(saving).rejects.toMatchObject({ code: 'credential-missing', field: 'secret' })
  })
})

describe('another cloud', () => {
  it('is asked about as another host, and takes the credential along only where nobody else is left behind', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    const moved = { profile: edited(contoso, { cloud: 'china' }), signIn: existing(contoso.signInId) }
    const copy = await desk.profiles.duplicate(contoso.id)
    await expect(desk.profiles.save(moved)).rejects.toMatchObject({ code: 'sign-in-other-host', field: 'signIn' })
    await expect(desk.profiles.save({ ...moved, credential: { kind: 'secret', secret: newSecret() } })).rejects.toMatchObject({ code: 'sign-in-other-host' })
    await desk.profiles.delete(copy.id)
    await desk.profiles.save(moved)
    expect(desk.questions.map(({ detail }) => detail).join()).toContain('login.chinacloudapi.cn')
    expect(await desk.credentials.bindingOf(contoso.signInId!)).toMatchObject({ authorityHost: 'login.chinacloudapi.cn' })
  })

  it('of custom hosts is confirmed by their names before anything is asked of them, and once', async () => {
    const desk = await ProfileDesk.open()
    desk.tenant('contoso.example.com')
    const profile = draft('Contoso', 'contoso.example.com', { cloud: 'custom', customCloud: { ...hosts, loginHost: ' Login.example.com ' } })
    const signIn = { name: '', clientId: randomUUID(), kind: 'secret' as const }
    const input = { profile, signIn: { use: 'new' as const, signIn }, credential: { kind: 'secret' as const, secret: newSecret() } }
    desk.answer = false
    await expect(desk.profiles.save(input)).rejects.toMatchObject({ code: 'cancelled' })
    expect(desk.asked).toEqual([])
    expect(desk.profiles.list()).toEqual({ profiles: [], signIns: [] })
    expect(desk.sealed()).toEqual([])
    desk.answer = true
    const saved = await desk.profiles.save(input)
    expect(saved.customCloud).toEqual(hosts)
    expect(desk.questions.at(-1)!.detail).toContain('exchange.example.com')
    await desk.profiles.save({ profile: edited(saved, { notes: 'x' }), signIn: existing(saved.signInId) })
    expect(desk.questions).toHaveLength(2)
    await expect(desk.profiles.save({ profile: edited(saved, { services: ['compliance'] }), signIn: existing(saved.signInId) })).rejects.toMatchObject({
      code: 'service-unavailable-in-cloud'
    })
  })
})

describe('a changed sign-in', () => {
  it('with another client id or kind needs the credential again', async () => {
    const desk = await ProfileDesk.open()
    const { signInId } = await desk.add('Contoso')
    const before = desk.profiles.signIn(signInId!)
    const changes = [{ clientId: randomUUID(), kind: 'secret' as const }, { clientId: before.clientId, kind: 'store' as const }]
    for (const signIn of changes) await expect(desk.profiles.saveSignIn({ id: signInId!, signIn })).rejects.toMatchObject({ code: 'credential-missing' })
    expect(desk.profiles.signIn(signInId!)).toEqual(before)
  })

  it('is changed for all its profiles at once, its credential bound to each of their tenants', async () => {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    desk.tenant('fabrikam.example.com')
    const fabrikam = await desk.profiles.save({ profile: draft('Fabrikam', 'fabrikam.example.com'), signIn: existing(contoso.signInId) })
    const [clientId, secret] = [randomUUID(), newSecret()]
    const view = await desk.profiles.saveSignIn({ id: contoso.signInId!, signIn: { name: 'New', clientId: clientId.toUpperCase(), kind: 'secret' }, credential: { kind: 'secret', secret } })
    expect(view).toMatchObject({ name: 'New', clientId, ready: true, usedBy: 2 })
    for (const { tenantId } of [contoso, fabrikam]) {
      const asked = { authorityHost: 'login.microsoftonline.com', clientId, tenantId: tenantId! }
      expect(await desk.credentials.get(contoso.signInId!, asked)).toEqual({ kind: 'secret', secret })
    }
  })

  it('that asks each time from now on keeps no credential', async () => {
    const desk = await ProfileDesk.open()
    const { signInId } = await desk.add('Contoso')
    const { clientId } = desk.profiles.signIn(signInId!)
    const view = await desk.profiles.saveSignIn({ id: signInId!, signIn: { clientId, kind: 'secret', askEachTime: true } })
    expect(view).toMatchObject({ name: 'Contoso app', ready: false })
    expect(desk.sealed()).toEqual([])
  })
})

describe('a credential that is replaced where an import added tenants', () => {
  const newClientSecret = () => ({ kind: 'secret' as const, secret: newSecret() })

  async function imported(rows: number) {
    const desk = await ProfileDesk.open()
    const contoso = await desk.add('Contoso')
    const { clientId, id } = desk.profiles.signIn(contoso.signInId!)
    const tenants = Array.from({ length: rows }, () => randomUUID())
    const lines = tenants.map((tenantId, index) => `t${index}.example.com,${tenantId},${clientId},secret`)
    await desk.profiles.import({ format: 'csv', text: ['domain,tenantId,clientId,kind', ...lines].join('\n') })
    expect(desk.questions).toEqual([])
    const bound = async () => (await desk.credentials.bindingOf(id))!.tenantIds
    return { desk, contoso, id, tenants, bound, signIn: { clientId, kind: 'secret' as const } }
  }

  it('in the sign-in serves those only once they were named and allowed', async () => {
    const { desk, contoso, id, tenants, bound, signIn } = await imported(2)
    await desk.profiles.saveSignIn({ id, signIn, credential: newClientSecret() })
    expect(desk.questions).toHaveLength(1)
    for (const word of ['2 tenants', 't0.example.com', ...tenants]) expect(JSON.stringify(desk.questions)).toContain(word)
    expect(await bound()).toEqual([contoso.tenantId, ...tenants])
    await desk.profiles.saveSignIn({ id, signIn, credential: newClientSecret() })
    expect(desk.questions).toHaveLength(1)
  })

  it('in the sign-in is replaced all the same where the person refuses, for its own tenants alone', async () => {
    const { desk, contoso, id, tenants, bound, signIn } = await imported(2)
    desk.answer = false
    const credential = newClientSecret()
    expect(await desk.profiles.saveSignIn({ id, signIn, credential })).toMatchObject({ ready: true })
    const asked = (tenantId: string) => desk.credentials.get(id, { authorityHost: 'login.microsoftonline.com', clientId: signIn.clientId, tenantId })
    expect(await asked(contoso.tenantId!)).toEqual(credential)
    for (const tenantId of tenants) await expect(asked(tenantId)).rejects.toMatchObject({ code: 'credential-unbound' })
    expect(await bound()).toEqual([contoso.tenantId])
  })

  it('in one of their profiles serves that one, and the others as the person says', async () => {
    const { desk, contoso, tenants, bound } = await imported(2)
    const [, first] = desk.profiles.list().profiles
    desk.tenants.set(first!.domain, tenants[0]!)
    desk.answer = false
    await desk.profiles.save({ profile: edited(first!), signIn: existing(first!.signInId), credential: newClientSecret() })
    expect(JSON.stringify(desk.questions)).toContain(tenants[1])
    expect(JSON.stringify(desk.questions)).not.toContain(tenants[0])
    expect(await bound()).toEqual([contoso.tenantId, tenants[0]])
  })

  it('stays at its login host, however many an import added at another', async () => {
    const { desk, contoso, id, bound, signIn } = await imported(1)
    desk.answer = false
    const lines = Array.from({ length: 5 }, (_, index) => `c${index}.example.com,${randomUUID()},${signIn.clientId},secret,china`)
    await desk.profiles.import({ format: 'csv', text: ['domain,tenantId,clientId,kind,cloud', ...lines].join('\n') })
    await desk.profiles.saveSignIn({ id, signIn, credential: newClientSecret() })
    expect(await desk.credentials.bindingOf(id)).toMatchObject({ authorityHost: 'login.microsoftonline.com' })
    expect(await bound()).toEqual([contoso.tenantId])
    expect(JSON.stringify(desk.questions)).not.toContain('chinacloudapi')
  })

  it('and is the sign-in’s first one, serves no imported tenant that nobody allowed', async () => {
    const desk = await ProfileDesk.open()
    const [clientId, tenantId] = [randomUUID(), randomUUID()]
    await desk.profiles.import({ format: 'csv', text: `domain,tenantId,clientId,kind\na.example.com,${tenantId},${clientId},secret` })
    const [signIn] = desk.profiles.list().signIns
    const save = () => desk.profiles.saveSignIn({ id: signIn!.id, signIn: { clientId, kind: 'secret' }, credential: newClientSecret() })
    desk.answer = false
    await save()
    expect((await desk.credentials.bindingOf(signIn!.id))!.tenantIds).not.toContain(tenantId)
    desk.answer = true
    await save()
    expect((await desk.credentials.bindingOf(signIn!.id))!.tenantIds).toEqual([tenantId])
  })
})

describe('a certificate', () => {
  it('in a PFX file is opened before anything is saved, and its facts are kept', async () => {
    const desk = await ProfileDesk.open()
    desk.tenant('contoso.example.com')
    const password = newSecret()
    const pfxBase64 = makePfx({ password, subject: '/CN=Contoso automation' }).bytes.toString('base64')
    const signIn = { use: 'new' as const, signIn: { clientId: randomUUID(), kind: 'pfx' as const } }
    const save = (typed: string) =>
      desk.profiles.save({ profile: draft('Contoso', 'contoso.example.com'), signIn, credential: { kind: 'pfx', pfxBase64, password: typed } })
    await expect(save(`${password}x`)).rejects.toMatchObject({ code: 'pfx-wrong-password', field: 'pfxPassword' })
    expect([desk.sealed(), desk.profiles.list().profiles]).toEqual([[], []])
    await save(password)
    const [view] = desk.profiles.list().signIns
    expect(view).toMatchObject({ kind: 'pfx', ready: true, certificate: { subject: 'CN=Contoso automation' } })
    expect(desk.file()).not.toContain(pfxBase64.slice(100, 160))
    expect(desk.file()).not.toContain(password)
  })

  it('in the store must be able to sign', async () => {
    const desk = await ProfileDesk.open()
    desk.tenant('contoso.example.com')
    const thumbprint = 'AB'.repeat(20)
    const certificate: StoreCertificate = { thumbprint, subject: 'CN=x', notAfter: '2030-01-01T00:00:00Z', location: 'CurrentUser', keyKind: 'RSA', canSign: false, problem: 'it has no key' }
    desk.certificates = [certificate]
    const signIn = { use: 'new' as const, signIn: { clientId: randomUUID(), kind: 'store' as const } }
    const input = { profile: draft('Contoso', 'contoso.example.com'), signIn, credential: { kind: 'store' as const, thumbprint: thumbprint.toLowerCase() } }
    await expect(desk.profiles.save(input)).rejects.toMatchObject({ code: 'certificate-cannot-sign', field: 'thumbprint' })
    desk.certificates = [certificate, { ...certificate, location: 'LocalMachine', canSign: true }]
    await desk.profiles.save(input)
    expect(desk.profiles.list().signIns).toMatchObject([{ certificate: { thumbprint } }])
  })
})
