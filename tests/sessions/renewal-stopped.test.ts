import { expect, it } from 'vitest'
import type { SessionView } from '../../app/contract.ts'
import { failure } from '../../app/failures.ts'
import { Renewal } from '../../app/sessions/renewal.ts'
import type { Token } from '../../app/tokens/acquire.ts'
import { TokenBroker, type TokenSubject } from '../../app/tokens/broker.ts'

const subject: TokenSubject = {
  profileId: 'p', tenantId: 't', signInId: 's', clientId: 'c',
  cloud: { id: 'worldwide', label: 'a cloud', loginHost: 'login.example', services: { exchange: null, compliance: null, graph: null }, connectParameters: { exchange: {}, compliance: {}, graph: {} } }
}

it('is said by a session too that is opened after the renewing stopped, until the credential is another one', async () => {
  let issued = 0
  let isRefused = false
  const broker = new TokenBroker({
    now: Date.now,
    acquire: async (): Promise<Token> => {
      if (isRefused) throw failure('secret-expired')
      return { accessToken: 'a token', acquiredAt: Date.now(), lifeMs: 3_600_000, skewMs: 0, claims: { uti: `u${issued++}`, exp: issued } }
    }
  })
  const open = async () => {
    const states: Array<NonNullable<SessionView['renewal']>> = []
    const renewal = new Renewal({ tokens: broker, subject, service: 'exchange', now: Date.now, send: () => {}, onChange: (change) => states.push(change.renewal!) })
    renewal.begin(await broker.get(subject, 'exchange'))
    renewal.connected()
    return { renewal, states, newest: () => states.at(-1)! }
  }
  const first = await open()
  isRefused = true
  broker.renew(subject, 'exchange')
  await expect.poll(() => first.newest().state).toBe('stopped')
  const second = await open()
  expect(second.newest()).toMatchObject({ state: 'stopped', problem: { code: 'secret-expired' }, retryAt: null })
  isRefused = false
  broker.retry('s')
  await expect.poll(() => second.newest()).toMatchObject({ state: 'renewing', problem: null })
  const third = await open()
  expect(third.newest()).toMatchObject({ state: 'fresh', problem: null })
  for (const { renewal } of [first, second, third]) renewal.dispose()
})
