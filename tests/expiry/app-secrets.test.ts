import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { HttpRequest, HttpResponse } from '../../app/adapters.ts'
import { matchSecret, readAppSecrets, type AppSecret } from '../../app/expiry/app-secrets.ts'
import type { TenantryError } from '../../app/failures.ts'

const clientId = randomUUID()
const asked: HttpRequest[] = []
const read = (answer: Partial<HttpResponse>) =>
  readAppSecrets({ url: 'https://graph.example', accessToken: 'of no meaning', clientId, network: async (request) => (asked.push(request), { status: 200, headers: {}, body: '', ...answer }) })
const codeOf = (work: Promise<unknown>) => work.then(() => 'it went well', (error: TenantryError) => error.code)
const credential = { keyId: randomUUID(), displayName: 'For Exchange', hint: 'ab1', startDateTime: '2026-01-01T00:00:00Z', endDateTime: '2027-01-01T00:00:00.1234567Z' }
const body = (...passwordCredentials: unknown[]) => JSON.stringify({ passwordCredentials })

describe('an app’s secrets', () => {
  it('are asked of Microsoft Graph by the app’s client id, and nothing but them', async () => {
    const found = await read({ body: body(credential, { keyId: credential.keyId, endDateTime: credential.endDateTime }) })
    expect(asked.at(-1)).toMatchObject({ url: `https://graph.example/v1.0/applications(appId='${clientId}')?$select=passwordCredentials`, method: 'GET' })
    expect(found).toEqual([
      { keyId: credential.keyId, name: 'For Exchange', hint: 'ab1', startsOn: credential.startDateTime, endsOn: credential.endDateTime },
      { keyId: credential.keyId, name: '', hint: null, startsOn: null, endsOn: credential.endDateTime }
    ])
  })

  it.each([
    ['no permission', { status: 403 }, 'expiry-not-allowed'],
    ['an app of another tenant', { status: 404 }, 'expiry-no-app'],
    ['a service that is busy', { status: 503 }, 'service-down'],
    ['a web page', { body: '<html>' }, 'expiry-unreadable'],
    ['an end that is no time', { body: body({ ...credential, endDateTime: 'soon' }) }, 'expiry-unreadable'],
    ['no list', { body: '{}' }, 'expiry-unreadable']
  ])('with %s are a failure of its own', async (_, answer, code) => {
    expect(await codeOf(read(answer))).toBe(code)
  })
})

describe('which secret a sign-in holds', () => {
  const secret = (hint: string | null): AppSecret => ({ keyId: randomUUID(), name: '', hint, startsOn: null, endsOn: '2027-01-01T00:00:00Z' })
  const [abc, abc2, xyz, silent] = [secret('abc'), secret('abc'), secret('xyz'), secret(null)]
  const told = (secrets: AppSecret[], known: Partial<{ hint: string | null; before: string | null; chosen: string | null }>) => {
    const match = matchSecret(secrets, { hint: null, before: null, chosen: null, ...known })
    return match && [match.secret, match.by]
  }

  it.each([
    ['the only one', [abc], { hint: 'abc' }, [abc, 'only']],
    ['the only one, where its beginning is not told', [silent], { hint: 'abc' }, [silent, 'only']],
    ['none, where the only one begins otherwise', [xyz], { hint: 'abc' }, null],
    ['the one that begins as it does', [xyz, abc], { hint: 'abc' }, [abc, 'beginning']],
    ['none of two that begin alike', [abc, abc2, xyz], { hint: 'abc' }, null],
    ['none where one that fits may be another whose beginning is not told', [abc, silent], { hint: 'abc' }, null],
    ['none of several, where nothing is known', [abc, xyz], {}, null],
    ['the one of before', [abc, abc2], { hint: 'abc', before: abc2.keyId }, [abc2, 'chosen-before']],
    ['not the one of before where it begins otherwise', [abc, xyz], { hint: 'abc', before: xyz.keyId }, [abc, 'beginning']],
    ['the one that the person says', [abc, abc2], { hint: 'abc', chosen: abc2.keyId.toUpperCase() }, [abc2, 'person']],
    ['what is told without the person, who says one that is gone', [abc], { hint: 'abc', chosen: randomUUID() }, [abc, 'only']]
  ] as const)('is %s', (_, secrets, known, expected) => {
    expect(told([...secrets], known)).toEqual(expected)
  })
})
