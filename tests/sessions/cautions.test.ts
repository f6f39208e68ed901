import { describe, expect, it } from 'vitest'
import type { Question } from '../../app/adapters.ts'
import type { Profile } from '../../app/contract.ts'
import { Cautions } from '../../app/sessions/cautions.ts'

function cautionsOn(platform: NodeJS.Platform, answer: boolean) {
  const questions: Question[] = []
  const profile = { name: 'Contoso', services: ['compliance'] } as unknown as Profile
  const cautions = new Cautions({ platform, profile: () => profile, confirm: async (question) => (questions.push(question), answer) })
  return { cautions, questions }
}

describe('a service that Microsoft does not support here', () => {
  it('is opened at the person’s word, which is asked for once', async () => {
    const { cautions, questions } = cautionsOn('darwin', true)
    await cautions.confirm('one', 'compliance')
    await cautions.confirm('one', undefined)
    expect(questions).toHaveLength(1)
    expect(questions[0]).toMatchObject({ message: 'Open Security & Compliance of Contoso all the same?', detail: expect.stringContaining('on Windows only') as string })
  })

  it('is not opened without it, and asked about again', async () => {
    const { cautions, questions } = cautionsOn('linux', false)
    for (let time = 0; time < 2; time++) await expect(cautions.confirm('one', 'compliance')).rejects.toMatchObject({ code: 'cancelled' })
    expect(questions).toHaveLength(2)
  })

  it('is none on Windows, and the others are none anywhere', async () => {
    const windows = cautionsOn('win32', false)
    await windows.cautions.confirm('one', 'compliance')
    const linux = cautionsOn('linux', false)
    await linux.cautions.confirm('one', 'exchange')
    await linux.cautions.confirm('one', 'graph')
    expect([...windows.questions, ...linux.questions]).toEqual([])
  })
})
