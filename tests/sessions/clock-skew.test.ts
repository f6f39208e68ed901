import { expect, it } from 'vitest'
import type { SessionView } from '../../app/contract.ts'
import { Renewal } from '../../app/sessions/renewal.ts'
import type { Token } from '../../app/tokens/acquire.ts'
import { TokenBroker, type TokenSubject } from '../../app/tokens/broker.ts'

const subject: TokenSubject = {
  profileId: 'p', tenantId: 't', signInId: 's', clientId: 'c',
  cloud: { id: 'worldwide', label: 'a cloud', loginHost: 'login.example', services: { exchange: null, compliance: null, graph: null }, connectParameters: { exchange: {}, compliance: {}, graph: {} } }
}

it('is said from two minutes on as of each new token, and unsaid with one that came under a clock set right', async () => {
  const skews = [0, 180_000, -300_000, 119_000]
  let issued = 0
  const broker = new TokenBroker({
    now: Date.now,
    acquire: async (): Promise<Token> => ({
      accessToken: 'a token', acquiredAt: Date.now(), lifeMs: 3_600_000, skewMs: skews[issued]!, claims: { uti: `u${issued++}`, exp: issued }
    })
  })
  const said: Array<SessionView['clockSkewSeconds']> = []
  const renewal = new Renewal({ tokens: broker, subject, service: 'exchange', now: Date.now, send: () => {}, onChange: ({ clockSkewSeconds }) => said.push(clockSkewSeconds) })
  renewal.begin(await broker.get(subject, 'exchange'))
  renewal.connected()
  while (issued < skews.length) await broker.get(subject, 'exchange', { fresh: true })
  expect(said).toEqual([null, 180, 300, null])
  renewal.dispose()
})
