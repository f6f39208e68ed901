// The licences of what a package carries beside Tenantry's own code, as one text.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './setup.mjs'

/** Licences that let their work be shipped inside Tenantry where their text comes along (spdx.org/licenses). */
const accepted = new Set(['MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'Python-2.0', '(BSD-3-Clause OR GPL-2.0)'])
/** Packages that no bundle has in it, since they are shipped as they are: see electron-builder.yml. */
const besideBundles = ['keytar', 'node-pty']
const lists = join(root, 'out', 'packages-in')

const head = `Tenantry carries the work of others, under the licences below. Electron's own licence and those of Chromium come
with the program (LICENSE.electron.txt, LICENSES.chromium.html). OpenConsole.exe and conpty.dll, which come with node-pty on
Windows, are Microsoft's, under the MIT licence (github.com/microsoft/terminal).
`

/**
 * Notes which packages a bundle has code of.
 *
 * @param {string} name of the bundle
 * @param {unknown} result what Vite's `build` answered
 */
export function notePackages(name, result) {
  const chunks = [result].flat().flatMap(({ output }) => output).filter(({ type }) => type === 'chunk')
  const ids = chunks.flatMap(({ modules }) => Object.keys(modules))
  mkdirSync(lists, { recursive: true })
  writeFileSync(join(lists, `${name}.json`), JSON.stringify(packagesOf(ids), null, 2))
}

/**
 * The packages that modules are of, by their folder under node_modules.
 *
 * @param {string[]} ids paths of modules, as a bundler names them
 * @returns {string[]}
 */
export function packagesOf(ids) {
  const names = ids.flatMap((id) => {
    const path = id.replace(/^\0/, '').replaceAll('\\', '/').split('?')[0]
    const at = path.lastIndexOf('/node_modules/')
    if (at < 0) return []
    const outer = path.slice(0, at + 1).match(/\/node_modules\/.*$/)?.[0].slice('/node_modules/'.length) ?? ''
    const [first, second] = path.slice(at + '/node_modules/'.length).split('/')
    const name = first.startsWith('@') ? `${first}/${second}` : first
    return [outer === '' ? name : `${outer}node_modules/${name}`]
  })
  return [...new Set(names)].sort()
}

/** Writes out/THIRD-PARTY-NOTICES.txt for what the bundles that were noted hold. Throws where a licence is not accepted. */
export function writeNotices() {
  const noted = ['window', 'main', 'preload'].flatMap((name) => JSON.parse(readFileSync(join(lists, `${name}.json`), 'utf8')))
  writeFileSync(join(root, 'out', 'THIRD-PARTY-NOTICES.txt'), noticesOf([...new Set([...noted, ...besideBundles])].sort(), join(root, 'node_modules')))
}

/**
 * @param {string[]} names of packages
 * @param {string} folder where they lie
 * @returns {string} the packages with their licences; those with the same text together
 */
export function noticesOf(names, folder) {
  const byText = new Map()
  for (const name of names) {
    const { version, license = licenceInText(join(folder, name)) } = manifestOf(join(folder, name))
    if (!accepted.has(license)) throw new Error(`${name} ${version} is under ${license}, which nobody has accepted: see build/notices.mjs.`)
    const text = licenceText(join(folder, name), license)
    byText.set(text, [...(byText.get(text) ?? []), `${name.split('node_modules/').at(-1)} ${version} (${license})`])
  }
  return [head, ...[...byText].map(([text, packages]) => `${[...new Set(packages)].join('\n')}\n\n${text}\n`)].join(`\n${'-'.repeat(80)}\n\n`)
}

const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

function licenceText(folder, license) {
  const own = textIn(folder)
  if (own) return own
  // Packages of one repository share a licence that not each of them carries.
  const scope = dirname(folder)
  const siblings = /@[^/\\]+$/.test(scope) ? readdirSync(scope).map((name) => join(scope, name)).filter((one) => existsSync(join(one, 'package.json'))) : []
  const sibling = siblings.filter((one) => manifestOf(one).license === license).map(textIn).find(Boolean)
  if (sibling) return sibling
  const { name, author } = manifestOf(folder)
  const holder = (typeof author === 'string' ? author : author?.name) ?? `the authors of ${name}`
  if (license !== 'MIT') throw new Error(`${name} carries no text of its licence.`)
  return `Copyright (c) ${holder.replace(/\s*<.*$/, '')}\n\n${mit}`
}

/** Some say it in their text alone. */
const licenceInText = (folder) => (/^(?:The )?MIT License\b/i.test(textIn(folder)) ? 'MIT' : 'no licence that it names')

function textIn(folder) {
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)(\.(md|txt))?$/i.test(file)).sort()
  return files.map((file) => readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n').trim()).join('\n\n')
}

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`
