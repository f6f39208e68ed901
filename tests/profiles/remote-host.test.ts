import { randomUUID } from 'node:crypto'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Profile } from '../../app/contract.ts'
import { draft, newSecret, ProfileDesk } from './profile-desk.ts'

const remotePowerShell = { connectionUri: 'https://outlook.office365.com/PowerShell-LiveId', allowRedirection: false }

describe('the host of remote PowerShell', () => {
  let desk: ProfileDesk
  beforeEach(async () => {
    desk = await ProfileDesk.open()
    desk.tenant('contoso.example.com')
  })

  const save = (change: Parameters<typeof draft>[2]) =>
    desk.profiles.save({
      profile: draft('Contoso', 'contoso.example.com', change),
      signIn: { use: 'new', signIn: { clientId: randomUUID(), kind: 'secret' } },
      credential: { kind: 'secret', secret: newSecret() }
    })
  const edit = ({ id, name, domain, signInId }: Profile, change: Parameters<typeof draft>[2]) =>
    desk.profiles.save({ profile: { ...draft(name, domain, change), id }, signIn: { use: 'existing', id: signInId! } })

  it('is confirmed by its name before it is saved, and asked about again only where it changes', async () => {
    desk.answer = false
    await expect(save({ remotePowerShell })).rejects.toMatchObject({ code: 'cancelled' })
    expect(desk.profiles.list().profiles).toEqual([])
    desk.answer = true
    const saved = await save({ remotePowerShell })
    expect(desk.questions.at(-1)).toMatchObject({ message: 'Send this profile’s tokens to outlook.office365.com as a password?', detail: expect.stringContaining('that is not followed') as string })
    const asked = desk.questions.length
    await edit(saved, { remotePowerShell, notes: 'x' })
    expect(desk.questions).toHaveLength(asked)
    await edit(saved, { remotePowerShell: { ...remotePowerShell, allowRedirection: true } })
    expect(desk.questions).toHaveLength(asked + 1)
    expect(desk.questions.at(-1)!.detail).toContain('the token would follow')
  })

  it('must be the one that the token is for', async () => {
    await expect(save({ remotePowerShell: { ...remotePowerShell, connectionUri: 'https://outlook.example.net/ps' } })).rejects.toMatchObject({ code: 'remote-host-other', field: 'connectionUri' })
    await expect(save({ remotePowerShell: { ...remotePowerShell, connectionUri: 'http://outlook.office365.com/ps' } })).rejects.toMatchObject({ code: 'remote-uri-unusable' })
    expect(desk.questions).toEqual([])
  })

  it('is in no export, so that no import brings one along', async () => {
    await save({ remotePowerShell })
    for (const format of ['json', 'csv'] as const) expect(desk.profiles.export({ format }).text).not.toContain('PowerShell-LiveId')
  })
})
