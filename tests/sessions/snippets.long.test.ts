import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeOnEachEngine } from '../engines.ts'
import type { AttachedWindow } from './attached-window.ts'
import { startCore, type CoreUnderTest } from './core-on-this-machine.ts'

/* Snippets at the prompts of real sessions, with PSReadLine and (on the engine console) without it. */

describeOnEachEngine('a snippet', ({ env, name: engine }) => {
  let under: CoreUnderTest
  let id: string
  let production: string
  const windows = new Map<string, AttachedWindow>()
  beforeAll(async () => {
    under = await startCore({ env })
    const { profiles } = await under.call('profiles.list', undefined)
    const { id: _, tenantId: __, initialDomain: ___, signInId, ...contoso } = profiles.find(({ name }) => name === 'Contoso demo')!
    const profile = await under.call('profiles.save', { profile: { ...contoso, name: 'Contoso production', environment: 'production' }, signIn: { use: 'existing', id: signInId! } })
    const opened = await Promise.all([under.open('Fabrikam demo'), under.call('sessions.open', { profileId: profile.id, cols: 120, rows: 30 })])
    ;[id, production] = opened.map((session) => session.id) as [string, string]
    for (const session of [id, production]) {
      await under.until(session, ({ phase }) => phase === 'connected')
      const window = await under.attach(session)
      windows.set(session, window)
      await window.shows(/PS> /)
    }
  })
  afterAll(() => under?.dispose())

  /** The mark after the prompt, and of PSReadLine the question that it begins with: it has the terminal. */
  const atPrompt = engine === 'pwsh' ? /\x1b]633;B;[^]*\x1b\[6n/ : /\x1b]633;B;/
  const atNextPrompt = new RegExp(`\\x1b]633;D;[^]*${atPrompt.source}`)
  const named = async (text: string, profileId: string | null = null) => (await under.call('snippets.save', { name: `snippet ${text.length} ${Math.random()}`, text, profileId })).id
  async function put(text: string, { values = {}, sessions = [id], how = 'run' as 'run' | 'insert' } = {}) {
    const snippet = await named(text)
    for (const session of sessions) windows.get(session)!.text = ''
    return (await under.call('snippets.put', { id: snippet, values, sessions, how })).refused
  }
  /** What a session's terminal shows once its next prompt is there. */
  async function shown(session = id): Promise<string> {
    const window = windows.get(session)!
    await window.shows(atNextPrompt)
    return window.text.replace(/\x1b]633;[^\x07]*\x07/g, '').replace(/\x1b\[[0-9;?]*[A-Za-z]/g, '')
  }
  /** How many commands the shell ran since the text was put. */
  const commands = (session = id) => windows.get(session)!.text.match(/\x1b]633;C;/g)?.length

  it('runs with its values as they were typed', async () => {
    expect(await put('"<" + {{Text}} + ">" + ({{Number}} + 1)', { values: { Text: "it's ‘$(1)’ `n", Number: '41' } })).toEqual([])
    expect(await shown()).toContain("<it's ‘$(1)’ `n>42")
    expect(commands()).toBe(1)
  })

  it('of several lines runs as one command, whatever stands in them, and what it sets stays', async () => {
    const text = "$place = @'\nin {a} here-string\n\n  'with' lines\n'@\nif ($true) {\n\t'first ' + {{What}}\n\n}\n# a comment }\n'second ' +\n  $place.Length"
    expect(await put(text, { values: { What: 'one' } })).toEqual([])
    const text1 = await shown()
    expect(text1).toMatch(/first one\s+second 34/)
    expect(commands()).toBe(1)
    await put("'still ' + $place.Length")
    expect(await shown()).toContain('still 34')
  })

  it.skipIf(engine !== 'pwsh')('of several lines is one command without PSReadLine too', async () => {
    await put('& (Get-Module Tenantry) { $script:ReadsWithoutEditor = $true }')
    await windows.get(id)!.shows(/\x1b]633;D;[^]*\x1b]633;B;/)
    await put("$place = @'\na\n\nb\n'@\nif ($true) {\n  'without ' + $place.Length\n}")
    await windows.get(id)!.shows(/\x1b]633;D;[^]*\x1b]633;B;/)
    expect(windows.get(id)!.text).toMatch(/without 4/)
    expect(commands()).toBe(1)
    // Ctrl+C gives up all lines of it.
    const window = windows.get(id)!
    window.text = ''
    window.type('if (1) {\r')
    await window.shows(/>> /)
    window.type('"no"\x03')
    await window.shows(/\x1b]633;B;/)
    await put("'next ' + 1")
    await window.shows(/\x1b]633;D;[^]*\x1b]633;B;/)
    expect(window.text).toContain('next 1')
    await put('& (Get-Module Tenantry) { $script:ReadsWithoutEditor = $false }')
    await shown()
  })

  it('that PowerShell can’t read is not typed, and its sentence says where that is', async () => {
    const refused = await put("'never ' + 'run'\nGet-Date )(\n'nor ' + 'this'".replace(')(', '| | x'))
    expect(refused).toEqual([{ id, failure: expect.objectContaining({ code: 'snippet-syntax', message: expect.stringMatching(/^PowerShell can’t read the snippet, so nothing was typed in “Fabrikam demo”\. Line 2: \S/) as string }) }])
    await put("'after ' + 'it'")
    expect(await shown()).not.toContain('never')
  })

  it('is inserted and waits for Enter, also behind what is typed, where it is not run', async () => {
    const window = windows.get(id)!
    window.text = ''
    window.type("'typed' ")
    await window.shows(/typed/)
    expect(await put('| ForEach-Object { "$_ and " + {{What}} }', { values: { What: 'inserted' }, how: 'insert' })).toEqual([])
    await window.shows(/inserted/)
    expect(await put("'run'")).toEqual([{ id, failure: expect.objectContaining({ code: 'prompt-not-empty' }) }])
    window.type('\r')
    expect(await shown()).toContain('typed and inserted')

    expect(await put("'several'\n'lines' + 3", { how: 'insert' })).toEqual([])
    await window.shows(/lines/)
    expect(commands()).toBeUndefined()
    window.type('\r')
    expect(await shown()).toMatch(/several\s+lines3/)
    expect(commands()).toBe(1)
  })

  it('is refused where a command runs, and goes on elsewhere', async () => {
    const window = windows.get(id)!
    window.text = ''
    window.type('Start-Sleep 60\r')
    await under.until(id, ({ busy }) => busy)
    expect(await put('"both " + 1', { sessions: [id, production] })).toEqual([
      { id, failure: expect.objectContaining({ code: 'prompt-busy', message: 'A command is running in “Fabrikam demo”, so nothing was typed there.' }) }
    ])
    expect(await shown(production)).toContain('both 1')
    window.text = ''
    window.type('\x03')
    await window.shows(atNextPrompt)
    expect(window.text).not.toContain('both')
  })

  it('asks in production before it changes data, wherever in it that stands', async () => {
    const changes = () => under.core.demo.log.filter(({ cmdletName }) => cmdletName === 'Set-Mailbox').length
    expect(await put("$who = (Get-EXOMailbox -ResultSize 1).UserPrincipalName\nif ($who) {\n  Set-Mailbox $who -MailTip {{Tip}}\n}\n'went ' + 'on'", { values: { Tip: 'hello' }, sessions: [production] })).toEqual([])
    const { guard } = await under.until(production, (view) => Boolean(view.guard?.question))
    expect(guard!.question).toMatchObject({ command: 'Set-Mailbox', objects: [expect.stringMatching(/^Identity: \S+@contoso\.example$/)] })
    expect(changes()).toBe(0)
    await under.call('guard.answer', { id: production, question: guard!.question!.id, answer: 'refuse' })
    expect(await shown(production)).toMatch(/Refused in Tenantry: Set-Mailbox was not run/)
    expect(changes()).toBe(0)
  })

  it('of one tenant runs in no other one’s session, and goes with its profile', async () => {
    const { sessions } = await under.call('sessions.list', undefined)
    const { profileId } = sessions.find((session) => session.id === production)!
    const own = await named("'own'", profileId)
    expect((await under.call('snippets.put', { id: own, values: {}, sessions: [id], how: 'run' })).refused).toEqual([{ id, failure: expect.objectContaining({ code: 'snippet-of-another-tenant' }) }])
    await under.call('sessions.close', { id: production, force: true })
    expect((await under.call('snippets.put', { id: own, values: {}, sessions: [production], how: 'run' })).refused).toEqual([{ id: production, failure: expect.objectContaining({ code: 'session-not-found' }) }])
    await under.call('profiles.delete', { id: profileId })
    expect((await under.call('snippets.list', undefined)).snippets.filter((snippet) => snippet.profileId !== null)).toEqual([])
  })
})
