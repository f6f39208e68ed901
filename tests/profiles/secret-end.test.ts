import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import { afterAcceptance, afterRefusal } from '../../app/profiles/secret-end.ts'
import type { Profile } from '../../app/contract.ts'
import { readContent } from '../../app/profiles/file.ts'
import { edited, existing, newProfile, newSecret, ProfileDesk } from './profile-desk.ts'

let desk: ProfileDesk
let profile: Profile
beforeEach(async () => {
  desk = await ProfileDesk.open()
  desk.tenant('contoso.example')
  const input = newProfile('Contoso', 'contoso.example')
  if (input.signIn.use === 'new') input.signIn.signIn.expiresOn = '2027-05-31'
  profile = await desk.profiles.save(input)
})

const view = () => desk.profiles.list().signIns[0]!
const kept = () => readContent(desk.file()).signIns[0]!.secretEnd
const saveSignIn = (more: { expiresOn?: string | null; secret?: string; name?: string }) => {
  const { id, name, clientId, kind } = view()
  const { secret, expiresOn } = more
  return desk.profiles.saveSignIn({
    id, signIn: { name: more.name ?? name, clientId, kind, ...('expiresOn' in more ? { expiresOn } : {}) }, ...(secret ? { credential: { kind: 'secret' as const, secret } } : {})
  })
}

describe('the day that a client secret ends on', () => {
  it('is kept with the sign-in, and not where the secret is', () => {
    expect(kept()).toEqual({ notAfter: '2027-05-31', source: 'typed' })
    expect(view().expiry).toMatchObject({ notAfter: '2027-05-31', source: 'typed', urgency: 'later' })
  })

  it('is changed without the secret, which stays', async () => {
    const before = desk.sealed()
    await saveSignIn({ expiresOn: '2026-12-01' })
    expect(view()).toMatchObject({ ready: true, expiry: { notAfter: '2026-12-01', urgency: 'week' } })
    expect(desk.sealed()).toEqual(before)
    await desk.profiles.save({ profile: edited(profile), signIn: { ...existing(profile.signInId), expiresOn: '2026-12-24' } as ReturnType<typeof existing> })
    expect(view().expiry?.notAfter).toBe('2026-12-24')
  })

  it('stays where it is not spoken of, and goes where it is taken out', async () => {
    await saveSignIn({ name: 'Another name' })
    expect(kept()?.notAfter).toBe('2027-05-31')
    await saveSignIn({ expiresOn: null })
    expect([kept(), view().expiry]).toEqual([undefined, null])
  })

  it('goes with the secret that it was of', async () => {
    await saveSignIn({ secret: newSecret() })
    expect(kept()).toBeUndefined()
    await saveSignIn({ secret: newSecret(), expiresOn: '2028-01-01' })
    expect(kept()?.notAfter).toBe('2028-01-01')
  })

  it('goes with the kind of credential that it was of', async () => {
    const certificate = { thumbprint: 'AB'.repeat(20), subject: 'CN=x', notAfter: '2027-01-01T00:00:00Z', location: 'CurrentUser' as const, keyKind: 'RSA', canSign: true }
    desk.certificates = [certificate]
    const { id, name, clientId } = view()
    await desk.profiles.saveSignIn({ id, signIn: { name, clientId, kind: 'store', expiresOn: '2027-05-31' }, credential: { kind: 'store', thumbprint: certificate.thumbprint } })
    expect(kept()).toBeUndefined()
    expect(view().expiry).toMatchObject({ source: 'certificate', notAfter: '2027-01-01T00:00:00Z' })
  })

  it.each([['31.05.2027', 'not-a-date'], ['2027-02-30', 'not-a-date'], ['2027', 'not-a-date'], ['2026-11-20', 'date-is-over']])('is refused as %s, at its field', async (expiresOn, code) => {
    await expect(saveSignIn({ expiresOn })).rejects.toMatchObject({ code, field: 'expiresOn' })
    const input = newProfile('Fabrikam', 'fabrikam.example')
    desk.tenant('fabrikam.example')
    if (input.signIn.use === 'new') input.signIn.signIn.expiresOn = expiresOn
    await expect(desk.profiles.save(input)).rejects.toMatchObject({ code, field: 'expiresOn' })
    expect(kept()?.notAfter).toBe('2027-05-31')
  })
})

describe('what the login service tells of it', () => {
  const learn = (change: Parameters<typeof desk.profiles.noteSecretEnd>[1]) => desk.profiles.noteSecretEnd(view().id, change)

  it('is kept until the secret is another one', async () => {
    await learn(afterRefusal(desk.now))
    expect(view().expiry).toEqual({ notAfter: null, source: 'refused', daysLeft: null, urgency: 'over' })
    await saveSignIn({ expiresOn: '' })
    expect(kept()).toEqual({ notAfter: null, source: 'refused' })
    await expect(saveSignIn({ expiresOn: '2027-05-31' })).rejects.toMatchObject({ code: 'expiry-refused' })
    await desk.start()
    expect(view().expiry?.urgency).toBe('over')
    await saveSignIn({ secret: newSecret() })
    expect(view().expiry).toBeNull()
  })

  it('leaves a date that fits, lets a person say since when, and is taken back where a secret is taken again', async () => {
    desk.now = Date.parse('2027-06-02T12:00:00Z')
    await learn(afterRefusal(desk.now))
    expect(kept()).toEqual({ notAfter: '2027-05-31', source: 'typed' })
    desk.now = Date.parse('2026-11-25T10:00:00Z')
    await learn(afterRefusal(desk.now))
    await learn(afterAcceptance)
    expect(kept()).toBeUndefined()
    await learn(afterRefusal(desk.now))
    await saveSignIn({ expiresOn: '2026-11-01' })
    expect(view().expiry).toMatchObject({ notAfter: '2026-11-01', urgency: 'over' })
  })

  it('writes nothing where it is nothing new, and of no sign-in but that of a secret', async () => {
    const { changes } = desk
    await learn(afterAcceptance)
    await desk.profiles.noteSecretEnd(randomUUID(), afterRefusal(desk.now))
    expect(desk.changes).toBe(changes)
  })
})
