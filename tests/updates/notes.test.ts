import { describe, expect, it } from 'vitest'
import { notesAsText } from '../../app/updates/notes.ts'

describe('release notes', () => {
  it('of HTML are its text', () => {
    expect(notesAsText('<h2>1.2.3</h2>\n<ul><li>Click &amp; type</li><li>See <b>more</b></li></ul><p>Thanks.</p>')).toBe('1.2.3\n\n- Click & type\n\n- See more\n\nThanks.')
  })

  it('of Markdown stay as they are', () => {
    expect(notesAsText('- Click a tenant\r\n- Type `Get-Mailbox | ? { $_.Size -gt 1 }`')).toBe('- Click a tenant\n- Type `Get-Mailbox | ? { $_.Size -gt 1 }`')
  })

  it('by version are one text', () => {
    expect(notesAsText([{ version: '1.2.0', note: '<p>Two</p>' }, { version: '1.1.0', note: null }])).toBe('1.2.0\nTwo\n\n1.1.0')
  })

  it.each([
    ['<script>alert(1)</script>Hello', 'Hello'],
    ['<scr<script>ipt>alert(1)</scr</script>ipt>', ''],
    ['<img src=x onerror=alert(1)>Hello<style>*{display:none}</style>', 'Hello'],
    ['<img src=x onerror=alert(1)', ''],
    ['Hello <!-- hidden', 'Hello'],
    ['a\u202eb\u0007c\u200bd\u001b[31m', 'abcd[31m'],
    [undefined, ''],
    [{ html: '<b>' }, '']
  ])('hold no tag and nothing unprintable: %j', (notes, text) => {
    expect(notesAsText(notes)).toBe(text)
  })

  it('turn what was escaped into text, never into a tag that is left out of sight', () => {
    expect(notesAsText('&lt;script&gt;alert(1)&lt;/script&gt;')).toBe('<script>alert(1)</script>')
  })

  it('end somewhere', () => {
    expect(notesAsText('word '.repeat(1_000_000)).length).toBeLessThanOrEqual(10_000)
  })
})
