import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TenantryError } from '../../app/failures.ts'
import { checkPlatform, composeUri, remoteAddress, remoteOf } from '../../app/sessions/remote-powershell.ts'
import { builtInClouds, customCloud } from '../../app/tokens/clouds.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

const worldwide = builtInClouds[0]!
const custom = customCloud({ loginHost: 'login.example.com', exchangeHost: 'outlook.example.com' })
const remote = (connectionUri: string) => ({ connectionUri, allowRedirection: false })

describe('the address of a remote endpoint', () => {
  it.each([
    ['http://outlook.office365.com/PowerShell-LiveId', 'remote-uri-unusable', /not https/],
    ['outlook.office365.com', 'remote-uri-unusable', /no address/],
    ['https://user:word@outlook.office365.com/', 'remote-uri-unusable', /user name/],
    ['https://outlook.office365.com/#x', 'remote-uri-unusable', /fragment/],
    ['https://outlook.office365.com.example.com/', 'remote-host-other', /leads to outlook\.office365\.com\.example\.com/],
    ['https://outlook.office365.com:8443/', 'remote-host-other', /leads to outlook\.office365\.com:8443/],
    ['https://outlook.office365.us/', 'remote-host-other', /the token is for outlook\.office365\.com/]
  ])('%s is refused', (uri, code, message) => {
    expect(() => remoteAddress(remote(uri), worldwide)).toThrow(expect.objectContaining({ code, field: 'connectionUri', message: expect.stringMatching(message) as string }))
  })

  it('may be the host that the token is for in each cloud, and any other in a custom one', () => {
    for (const cloud of builtInClouds) expect(remoteAddress(remote(`${cloud.services.exchange!.resource}/PowerShell-LiveId`), cloud).protocol).toBe('https:')
    expect(remoteAddress(remote('https://elsewhere.example.net/ps'), custom).host).toBe('elsewhere.example.net')
    expect(() => remoteAddress(remote('http://elsewhere.example.net/ps'), custom)).toThrow(TenantryError)
  })
})

describe('the connection URI', () => {
  const anchor = 'email=SystemMailbox%7Bbb558c35-97f1-4cb9-8ff7-d53741dc928c%7D%40contoso.onmicrosoft.com'
  it.each([
    ['https://a.example/PowerShell-LiveId', `https://a.example/PowerShell-LiveId?BasicAuthToOAuthConversion=true&${anchor}`],
    ['https://a.example/ps?x=1', `https://a.example/ps?x=1&BasicAuthToOAuthConversion=true&${anchor}`],
    ['https://a.example/ps?basicauthtooauthconversion=true', `https://a.example/ps?basicauthtooauthconversion=true&${anchor}`],
    ['https://a.example/ps?email=me%40b.example', 'https://a.example/ps?email=me%40b.example&BasicAuthToOAuthConversion=true']
  ])('%s', (typed, composed) => expect(composeUri(new URL(typed), 'contoso.onmicrosoft.com')).toBe(composed))
})

describe('a profile with remote PowerShell', () => {
  it.each<[NodeJS.Platform, boolean]>([['win32', true], ['darwin', false], ['linux', false]])('on %s: %s', (platform, works) => {
    const check = () => checkPlatform(platform)
    if (works) expect(check).not.toThrow()
    else expect(check).toThrow(expect.objectContaining({ code: 'remote-windows-only' }))
  })

  it('goes over it for Exchange alone', () => {
    const profile = { remotePowerShell: remote('https://a.example/') }
    expect(remoteOf(profile, 'exchange')).toBe(profile.remotePowerShell)
    expect([remoteOf(profile, 'compliance'), remoteOf(profile, 'graph'), remoteOf({}, 'exchange')]).toEqual([null, null, null])
  })
})

describe.runIf(process.platform !== 'win32')('where it can’t run', () => {
  let under: CoreUnderTest
  beforeAll(async () => {
    under = await startCore()
  })
  afterAll(() => under.dispose())

  it('the session fails with the reason, before anybody signs in or a shell starts', async () => {
    const { profiles } = await under.call('profiles.list', undefined)
    const { tenantId: _, initialDomain: __, signInId, ...draft } = profiles.find(({ name }) => name === 'Contoso demo')!
    const remotePowerShell = remote('https://outlook.tenantry-demo.invalid/PowerShell-LiveId')
    await under.call('profiles.save', { profile: { ...draft, remotePowerShell }, signIn: { use: 'existing', id: signInId! } })
    under.core.demo.clearLog()
    const { id } = await under.open('Contoso demo')
    const view = await under.until(id, ({ phase }) => phase === 'failed')
    expect(view).toMatchObject({ failure: { code: 'remote-windows-only' }, alive: false, powershellVersion: null })
    expect(under.core.demo.log).toEqual([])
  })
})
