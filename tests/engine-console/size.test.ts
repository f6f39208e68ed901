import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const folder = 'build/engine-console'

it('the engine console’s C# stays under 1,500 lines', () => {
  // Every line of every C# file of its own counts, comments and empty ones too; its functions in PowerShell under
  // Modules/, and what the compiler makes under bin/ and obj/, do not.
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.cs') && !/^(bin|obj)[\\/]/.test(file))
  expect(sources).toContain('Shell.cs')
  const lines = sources.map((file) => readFileSync(join(folder, file), 'utf8').trimEnd().split('\n').length)
  expect(lines.reduce((sum, count) => sum + count)).toBeLessThan(1_500)
})
