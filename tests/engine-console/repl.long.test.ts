import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { buildEngineConsole } from '../../build/engine-console/build.mjs'
import { ConsoleInPty, runCommand } from './console.ts'

const root = join(import.meta.dirname, '..', '..')
const prompt = /PS [^\n]*> $/
let executable: string
let shell: ConsoleInPty | undefined

beforeAll(async () => {
  executable = (await buildEngineConsole({ root, log: console.log })).executable
}, 300_000)

afterEach(() => {
  shell?.dispose()
  shell = undefined
})

async function start(...args: string[]): Promise<ConsoleInPty> {
  shell = new ConsoleInPty(executable, args)
  await shell.see(prompt)
  return shell
}

describe('the engine console at the prompt', () => {
  it('runs what is typed and shows the prompt again', async () => {
    const shell = await start()
    shell.type('6*7\r')
    expect(await shell.see(prompt)).toMatch(/\n42\r?\n/)
  })

  it('edits in the middle of the line', async () => {
    const shell = await start()
    shell.type("'ac'\x1b[D\x1b[Db\x1b[H\x1b[F + 'x\x7fy'\r")
    expect(await shell.see(prompt)).toMatch(/\nabcy\r?\n/)
  })

  it('brings earlier commands back', async () => {
    const shell = await start()
    shell.type("'first'.ToUpper()\r")
    await shell.see(prompt)
    shell.type("'second'\r")
    await shell.see(prompt)
    shell.type('\x1b[A\x1b[A\r')
    expect(await shell.see(/FIRST\r?\n[^]*> $/)).toMatch(/\nFIRST\r?\n/)
  })

  it('completes a command with Tab', async () => {
    const shell = await start()
    shell.type('Get-ChildIt\t')
    await shell.see(/Get-ChildItem/)
  })

  it('clears the line at Ctrl+C', async () => {
    const shell = await start()
    shell.type('nonsense\x03')
    await shell.see(/\^C/)
    shell.type('1+1\r')
    expect(await shell.see(prompt)).toMatch(/\n2\r?\n/)
  })

  it('asks for the rest of an incomplete command', async () => {
    const shell = await start()
    shell.type('if ($true) {\r')
    await shell.see(/>> $/)
    shell.type("'in' + 'side'\r")
    await shell.see(/>> $/)
    shell.type('}\r')
    expect(await shell.see(prompt)).toMatch(/inside\r?\n/)
  })

  it('takes letters beyond ASCII and lines longer than the window', async () => {
    const shell = await start()
    const long = 'ä漢'.repeat(70)
    shell.type(`'${long}'.Length; '${long}'.EndsWith('漢')\r`)
    expect(await shell.see(prompt)).toMatch(/\n140\r?\nTrue\r?\n/)
  })

  it('goes on after an error and says it', async () => {
    const shell = await start()
    shell.type("throw 'stop here'\r")
    expect(await shell.see(prompt)).toMatch(/Exception: [^]*stop here/)
    shell.type('Get-Mailbx\r')
    expect(await shell.see(prompt)).toContain('is not recognized as a name of a cmdlet')
  })

  it('exits with the number that is asked for, and with 0 at Ctrl+D', async () => {
    const first = await start()
    first.type('exit 7\r')
    expect(await first.exited).toBe(7)
    first.dispose()
    const second = await start()
    second.type('\x04')
    expect(await second.exited).toBe(0)
  })

  it('stays at the prompt after a command with -NoExit', async () => {
    const shell = await start('-NoExit', '-Command', "$given = 'kept'")
    shell.type("$given + '!'\r")
    expect(await shell.see(prompt)).toMatch(/kept!/)
  })

  it('sets the window title', async () => {
    const shell = await start()
    shell.type("$Host.UI.RawUI.WindowTitle = 'Contoso'\r")
    await shell.see(prompt)
    expect(shell.output).toContain('\x1b]0;Contoso\x07')
  })
})

describe('Ctrl+C stops', () => {
  it.each([
    ['a flood', "while ($true) { 'x' }", /x\r?\nx\r?\n/],
    ['a sleep', "'begun'; Start-Sleep -Seconds 600", /\nbegun/],
    // One process: dash loses a SIGINT that comes while it vforks another.
    ['a native program', "sh -c 'echo begun; exec sleep 600'", /\nbegun/]
  ])('%s', async (_name, command, begun) => {
    const shell = await start()
    shell.type(command + '\r')
    await shell.see(begun)
    shell.type('\x03')
    await shell.see(prompt)
    shell.type("'still ' + 'here'\r")
    await shell.see(/still here/)
  })
})

describe('a wrapper of PSConsoleHostReadLine', () => {
  const wrap = "function global:PSConsoleHostReadLine { $line = $Host.UI.ReadLine(); [Console]::Write('<' + $line + '>'); $line }"

  it('sees the line before it runs', async () => {
    const shell = await start('-NoExit', '-Command', wrap)
    shell.type('1+2\r')
    expect(await shell.see(prompt)).toMatch(/<1\+2>3\r?\n/)
  })

  it('sees all lines of a command as one', async () => {
    const shell = await start('-NoExit', '-Command', wrap)
    shell.type('1..2 | ForEach-Object {\r')
    await shell.see(/>> $/)
    shell.type('$_ * 5 }\r')
    expect(await shell.see(prompt)).toMatch(/<1\.\.2 \| ForEach-Object {\n?\r?\n?\$_ \* 5 }>5\r?\n10/)
  })
})

describe('engine events at the prompt', () => {
  const register = "$null = Register-EngineEvent -SourceIdentifier Test.Late -SupportEvent -Action { [Console]::Write('action ran') }"
  const generate = [
    '$state = [initialsessionstate]::Create()',
    "$state.LanguageMode = 'FullLanguage'",
    '$space = [runspacefactory]::CreateRunspace($state)',
    '$space.Open()',
    '$other = [powershell]::Create($state)',
    '$other.Runspace = $space',
    "$null = $other.AddScript({ param($events) [System.Threading.Thread]::Sleep(700); $null = $events.GenerateEvent('Test.Late', $null, @(), $null) }.ToString()).AddArgument($ExecutionContext.Events)",
    '$null = $other.BeginInvoke()'
  ].join('; ')

  it.each([
    ['without a wrapper', ''],
    ['inside a wrapper', '; function global:PSConsoleHostReadLine { $Host.UI.ReadLine() }']
  ])('run their actions while nobody types, %s', async (_name, wrapper) => {
    const shell = await start('-NoExit', '-Command', `${register}; ${generate}${wrapper}`)
    await shell.see(/action ran/)
    shell.type("'after ' + 'it'\r")
    await shell.see(/after it/)
  })
})

describe('a command that asks', () => {
  it('ends with Ctrl+C, and what follows it does not run', async () => {
    const shell = await start()
    shell.type("Read-Host 'name'; 'went ' + 'on'\r")
    await shell.see(/name: $/)
    shell.type('\x03')
    expect(await shell.see(prompt)).not.toContain('went on')
  })
})

describe('a function with its own $ErrorActionPreference', () => {
  it('catches the errors of Get-Content', async () => {
    const command = "function f { $ErrorActionPreference = 'Stop'; try { Get-Content /nonexistent } catch { 'caught' } }; f"
    expect(await runCommand(executable, ['-NoProfile', '-Command', command])).toEqual({ stdout: 'caught\n', stderr: '', exitCode: 0 })
  })
})

describe('the idle event', () => {
  it.each([
    ['without a wrapper', ''],
    ['inside a wrapper', '; function global:PSConsoleHostReadLine { $Host.UI.ReadLine() }']
  ])('comes at an empty prompt, %s', async (_name, wrapper) => {
    const register = "$null = Register-EngineEvent -SourceIdentifier PowerShell.OnIdle -SupportEvent -Action { [Console]::Write('idle now') }"
    const shell = await start('-NoExit', '-Command', register + wrapper)
    await shell.see(/idle now/)
  })
})

describe('the arguments', () => {
  it('run a script file with its arguments and exit with its number', async () => {
    const script = join(import.meta.dirname, 'arguments.ps1')
    const result = await runCommand(executable, ['-NoProfile', '-File', script, '-Name', 'Adele', 'rest'])
    expect(result).toEqual({ stdout: 'Adele rest\n', stderr: '', exitCode: 5 })
  })

  it('refuse what they do not know', async () => {
    const result = await runCommand(executable, ['-Bogus'])
    expect(result.exitCode).toBe(64)
    expect(result.stderr).toContain("'-Bogus'")
  })

  it('name the engine with -Version', async () => {
    expect((await runCommand(executable, ['-Version'])).stdout).toBe('PowerShell 7.6.9\n')
  })
})
