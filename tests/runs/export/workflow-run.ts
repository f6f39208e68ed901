import { data, Evaluator, Lexer, Parser, wellKnownFunctions } from '@actions/expressions'
import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { parse } from 'yaml'
import { RunnerLog } from './runner-log.ts'

interface Step {
  id?: string
  if?: string
  uses?: string
  with?: Record<string, string>
  shell?: string
  env?: Record<string, string>
  run?: string
}
interface Job {
  name: string
  if?: string
  permissions?: Record<string, string>
  environment?: string
  outputs?: Record<string, string>
  strategy?: { matrix: string }
  steps: Step[]
}

export interface WorkflowOptions {
  files: ReadonlyArray<{ path: string; text: string }>
  /** Where pwsh is, under that name. */
  pwsh: string
  inputs?: Record<string, string>
  secrets?: Record<string, string>
  visibility?: string
  env: NodeJS.ProcessEnv
  /** What a job gets that may ask for an identity of its own. */
  identityOf(environment: string): Record<string, string>
}

/** What GitHub ends `pwsh` steps with, and begins them with. */
const stepScript = (run: string) => `$ErrorActionPreference = 'stop'\n${run}\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }`

/**
 * Stands in for GitHub's runner: reads the workflow's YAML, resolves its expressions by GitHub's own evaluator, and runs
 * each step's `run` in the real pwsh as the runner would. The three actions are played: files are copied.
 */
export class WorkflowRun {
  readonly #options: WorkflowOptions
  readonly #folder = mkdtempSync(join(tmpdir(), 'tenantry-workflow-'))
  readonly #jobs: Record<string, Job>
  readonly #needs: Record<string, { result: string; outputs: Record<string, string> }> = {}
  /** All that was printed, by the job's name. */
  readonly logs: Record<string, string> = {}
  /** What GitHub would make of that. */
  readonly shown: Record<string, RunnerLog> = {}
  readonly results: Record<string, string> = {}
  summary = ''

  constructor(options: WorkflowOptions) {
    this.#options = options
    for (const { path, text } of options.files) {
      mkdirSync(dirname(join(this.#folder, 'repository', path)), { recursive: true })
      writeFileSync(join(this.#folder, 'repository', path), text)
    }
    const workflow = options.files.find(({ path }) => path.startsWith('.github/workflows/'))!
    this.#jobs = (parse(workflow.text) as { jobs: Record<string, Job> }).jobs
  }

  /** Runs all jobs, those of a matrix one after the other. */
  async run(): Promise<void> {
    for (const [id, job] of Object.entries(this.#jobs)) {
      const context = { needs: this.#needs, inputs: this.#options.inputs ?? {}, secrets: this.#options.secrets ?? {}, github: { event: { repository: { visibility: this.#options.visibility ?? 'private' } } } }
      const isAllWell = Object.values(this.#needs).every(({ result }) => result === 'success')
      if (!(job.if ? this.#isTrue(job.if, context, isAllWell) : isAllWell)) {
        this.#needs[id] = { result: 'skipped', outputs: {} }
        continue
      }
      const matrix = job.strategy ? (this.#value(job.strategy.matrix, context, true) as { include: Array<Record<string, string>> }).include : [{}]
      let result = 'success'
      let outputs = {}
      for (const row of matrix) {
        const one = await this.#job(job, { ...context, matrix: row })
        if (one.result !== 'success') result = 'failure'
        outputs = one.outputs
      }
      this.#needs[id] = { result, outputs }
    }
  }

  /** A file of an artifact. */
  artifact(name: string, path: string): string {
    return readFileSync(join(this.#folder, 'artifacts', name, path), 'utf8')
  }

  hasArtifact(name: string): boolean {
    return existsSync(join(this.#folder, 'artifacts', name))
  }

  dispose(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #job(job: Job, context: Record<string, unknown>): Promise<{ result: string; outputs: Record<string, string> }> {
    const name = String(this.#value(job.name, context))
    const folder = mkdtempSync(join(this.#folder, 'job-'))
    const steps: Record<string, { outputs: Record<string, string> }> = {}
    this.logs[name] = ''
    this.shown[name] = new RunnerLog()
    let isWell = true
    for (const step of job.steps) {
      const all = { ...context, steps }
      if (!(step.if ? this.#isTrue(step.if, all, isWell) : isWell)) continue
      if (step.uses) this.#action(step, folder, all)
      else {
        const { code, outputs } = await this.#step(step, job, folder, name, all)
        if (step.id) steps[step.id] = { outputs }
        if (code !== 0) isWell = false
      }
    }
    this.results[name] = isWell ? 'success' : 'failure'
    const outputs = Object.fromEntries(Object.entries(job.outputs ?? {}).map(([key, value]) => [key, String(this.#value(value, { ...context, steps }))]))
    return { result: this.results[name], outputs }
  }

  #action({ uses, with: inputs = {} }: Step, folder: string, context: Record<string, unknown>): void {
    const artifacts = join(this.#folder, 'artifacts')
    const input = (key: string) => String(this.#value(inputs[key]!, context))
    if (uses!.startsWith('actions/checkout@')) cpSync(join(this.#folder, 'repository'), folder, { recursive: true })
    else if (uses!.startsWith('actions/upload-artifact@')) {
      const from = join(folder, input('path'))
      if (existsSync(from)) cpSync(from, join(artifacts, input('name')), { recursive: true })
      else if (input('if-no-files-found') === 'error') throw new Error(`There is no ${from}.`)
    } else if (uses!.startsWith('actions/download-artifact@')) {
      const beginning = input('pattern').replace(/\*$/, '')
      for (const name of this.#artifacts()) if (name.startsWith(beginning)) cpSync(join(artifacts, name), join(folder, input('path')), { recursive: true })
    } else throw new Error(`Nobody plays ${uses}.`)
  }

  #artifacts(): string[] {
    const folder = join(this.#folder, 'artifacts')
    return existsSync(folder) ? readdirSync(folder) : []
  }

  async #step(step: Step, job: Job, folder: string, name: string, context: Record<string, unknown>): Promise<{ code: number; outputs: Record<string, string> }> {
    if (step.shell !== 'pwsh') throw new Error(`A step has the shell ${step.shell}.`)
    const script = join(mkdtempSync(join(this.#folder, 'step-')), 'script.ps1')
    const [output, summary] = ['output', 'summary'].map((kind) => join(dirname(script), kind)) as [string, string]
    writeFileSync(script, stepScript(step.run!))
    const own = Object.fromEntries(Object.entries(step.env ?? {}).map(([key, value]) => [key, String(this.#value(value, context) ?? '')]))
    const identity = job.permissions?.['id-token'] === 'write' ? this.#options.identityOf(job.environment ?? '') : {}
    const env = { ...this.#options.env, PATH: `${dirname(this.#options.pwsh)}${delimiter}${this.#options.env.PATH ?? ''}`, GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, ...identity, ...own }
    const child = spawn(this.#options.pwsh, ['-command', `. '${script}'`], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let printed = ''
    const print = (chunk: Buffer) => (printed += chunk.toString())
    child.stdout.on('data', print)
    child.stderr.on('data', print)
    const code = await new Promise<number>((resolve) => child.on('close', (ended) => resolve(ended ?? 1)))
    this.logs[name] += printed
    this.shown[name]!.step(printed)
    if (existsSync(summary)) this.summary += readFileSync(summary, 'utf8')
    const lines = existsSync(output) ? readFileSync(output, 'utf8').split('\n').filter(Boolean) : []
    return { code, outputs: Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)])) }
  }

  #isTrue(condition: string, context: Record<string, unknown>, isWell: boolean): boolean {
    // A condition that names no state of the job's asks for success.
    const asksState = /\b(always|success|failure|cancelled)\(/.test(condition)
    return (asksState || isWell) && Boolean(this.#value(condition, context, true))
  }

  /** A text with its expressions resolved; one that is an expression alone keeps its type where that is wanted. */
  #value(text: string, context: Record<string, unknown>, isTyped = false): unknown {
    const whole = /^\$\{\{(.*)\}\}$/s.exec(text.trim())
    if (whole && isTyped) return evaluate(whole[1]!, context)
    return text.replace(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => String(evaluate(expression, context) ?? ''))
  }
}

const always = { name: 'always', minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(true) }

function evaluate(expression: string, context: Record<string, unknown>): unknown {
  const dictionary = JSON.parse(JSON.stringify(context), data.reviver) as data.Dictionary
  const { tokens } = new Lexer(expression.trim()).lex()
  const parsed = new Parser(tokens, Object.keys(context), [...Object.values(wellKnownFunctions), always]).parse()
  const result = new Evaluator(parsed, dictionary, new Map([['always', always]])).evaluate()
  return JSON.parse(JSON.stringify(result, data.replacer))
}
